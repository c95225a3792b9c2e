// detect_eval: prints how well the detector and other rules do on the same simulated series and on
// those of NAB, as Markdown tables.
//
//   build/release/tests/evaluation/detect_eval            # every table
//   build/release/tests/evaluation/detect_eval --quick    # fewer series, about 20 s
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "tests/evaluation/calibrate.h"
#include "tests/evaluation/nab_files.h"
#include "tests/evaluation/quiet.h"
#include "tests/evaluation/report.h"
#include "tests/evaluation/rules.h"
#include "tests/evaluation/run_month.h"
#include "tests/evaluation/spikes.h"

ABSL_FLAG(bool, quick, false, "fewer series, for a quick result");
ABSL_FLAG(std::string, rule, "", "only this rule");
ABSL_FLAG(std::string, part, "", "only this part: month, quiet, spikes or nab");
ABSL_FLAG(std::string, nab, "../shared/nab", "folder of the NAB series; skipped if absent");
ABSL_FLAG(uint64_t, seed, 1, "seed of the simulated series and of the first month");
ABSL_FLAG(int64_t, months, 3, "months of a fleet, of this seed and the ones after it");
ABSL_FLAG(int64_t, days, 30, "days of a month, at most 30");
ABSL_FLAG(bool, events, false, "print each event of the months, and each false line");
ABSL_FLAG(int64_t, quiet_series, 5'000, "quiet series, which share the budget");
ABSL_FLAG(int64_t, spikes_per_cell, 400, "spikes for each baseline and factor");
ABSL_FLAG(double, budget, 1, "false alarms a week over all series");
ABSL_FLAG(int, threads, 2, "1 or 2");

namespace gmewatch::detect_eval {
namespace {

RunSettings SettingsFromFlags() {
  RunSettings settings;
  settings.seed = absl::GetFlag(FLAGS_seed);
  settings.false_alarms_a_week = absl::GetFlag(FLAGS_budget);
  settings.quiet_series = absl::GetFlag(FLAGS_quiet_series);
  settings.budget_series = static_cast<double>(settings.quiet_series);
  settings.spikes_per_cell = absl::GetFlag(FLAGS_spikes_per_cell);
  settings.months = std::max<int64_t>(1, absl::GetFlag(FLAGS_months));
  settings.days = std::clamp<int64_t>(absl::GetFlag(FLAGS_days), 1, kMonthDays);
  settings.threads = absl::GetFlag(FLAGS_threads);
  if (absl::GetFlag(FLAGS_quick)) {
    settings.quiet_series = 300;
    settings.spikes_per_cell = 30;
    settings.releases = 60;
    settings.months = 1;
  }
  return settings;
}

std::vector<Contender> ContendersFromFlags() {
  const std::string only = absl::GetFlag(FLAGS_rule);
  std::vector<Contender> contenders;
  for (const RuleEntry& entry : Rules()) {
    if (only.empty() || only == entry.name) contenders.push_back({entry, {}, {}});
  }
  return contenders;
}

bool Wants(absl::string_view part) {
  const std::string only = absl::GetFlag(FLAGS_part);
  return only.empty() || only == part;
}

bool IsPart(absl::string_view part) {
  return part.empty() || part == "month" || part == "quiet" || part == "spikes" || part == "nab";
}

void EvaluateMonths(const RunSettings& settings, const std::vector<Contender>& contenders) {
  const std::vector<MonthRun> runs = RunMonths(settings, contenders);
  PrintMonths(settings, contenders, runs);
  if (absl::GetFlag(FLAGS_events)) PrintEvents(contenders, runs);
}

int Evaluate() {
  const RunSettings settings = SettingsFromFlags();
  std::vector<Contender> contenders = ContendersFromFlags();
  if (contenders.empty() || !IsPart(absl::GetFlag(FLAGS_part))) {
    std::cerr << "no such rule or part; rules:";
    for (const RuleEntry& entry : Rules()) std::cerr << " " << entry.name;
    std::cerr << "\n";
    return 2;
  }
  const absl::StatusOr<std::vector<NabSeries>> nab = ReadNab(absl::GetFlag(FLAGS_nab));
  std::cout << std::unitbuf;  // prints each table at once, to a file too
  PrintSettings(settings);
  Calibrate(settings, nab.ok() ? static_cast<double>(nab->size()) : settings.budget_series,
            &contenders);
  if (Wants("month")) EvaluateMonths(settings, contenders);
  if (Wants("quiet")) PrintQuiet(settings, contenders, RunQuiet(settings, contenders));
  if (Wants("spikes")) {
    const std::vector<SpikeTally> tallies = RunSpikes(settings, contenders);
    PrintSpikes(settings, contenders, tallies);
    PrintReleases(settings, contenders, tallies);
  }
  if (Wants("nab") && nab.ok()) PrintNab(settings, contenders, *nab);
  if (Wants("nab") && !nab.ok()) std::cout << "\n## NAB: skipped, " << nab.status() << "\n";
  return 0;
}

}  // namespace
}  // namespace gmewatch::detect_eval

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("prints how well spike detectors do, as Markdown tables");
  absl::ParseCommandLine(argc, argv);
  return gmewatch::detect_eval::Evaluate();
}
