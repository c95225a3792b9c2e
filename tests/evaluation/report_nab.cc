#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "tests/evaluation/nab.h"
#include "tests/evaluation/report.h"
#include "tests/evaluation/table.h"

namespace gmewatch::detect_eval {
namespace {

std::string ShortName(absl::string_view file) {
  absl::ConsumeSuffix(&file, ".csv");
  absl::ConsumePrefix(&file, "Twitter_volume_");
  return std::string(file);
}

void PrintAt(const RuleSetting& at, bool shared_by_nab, const std::vector<Contender>& contenders,
             const std::vector<NabSeries>& series) {
  std::cout << absl::StrFormat("\nBudget: %g false alarms a week over %g series.\n\n",
                               at.false_alarms_a_week, at.series);
  std::vector<std::string> head = {"rule"};
  for (const NabSeries& one : series) head.push_back(ShortName(one.name));
  for (const char* const title : {"total", "windows found", "detections outside"}) {
    head.emplace_back(title);
  }
  PrintHead(head);
  for (const Contender& contender : contenders) {
    RuleSetting setting = at;
    setting.threshold = shared_by_nab ? contender.nab_threshold : contender.threshold;
    std::vector<std::string> row = {contender.entry.name};
    std::vector<NabTally> tallies;
    for (const NabSeries& one : series) {
      tallies.push_back(RunNab(*contender.entry.make(setting), one));
      row.push_back(absl::StrFormat("%.1f", NabScore(tallies.back())));
    }
    const NabTally sum = Sum(tallies);
    row.push_back(absl::StrFormat("%.1f", NabScore(sum)));
    row.push_back(absl::StrCat(sum.found, " of ", sum.windows));
    row.push_back(absl::StrCat(sum.outside));
    PrintRow(row);
  }
}

}  // namespace

void PrintNab(const RunSettings& settings, const std::vector<Contender>& contenders,
              const std::vector<NabSeries>& series) {
  std::cout << absl::StrFormat(
      "\n## NAB: standard profile, %d series of counts a tick of %d s\n\nCalibrated thresholds are "
      "those of the simulated series with ticks of %d s.\n",
      series.size(), kNabTickSeconds, kTickSeconds);
  RuleSetting setting;
  setting.tick_seconds = kNabTickSeconds;
  setting.false_alarms_a_week = settings.false_alarms_a_week;
  setting.series = static_cast<double>(series.size());
  PrintAt(setting, true, contenders, series);
  setting.series = settings.budget_series;
  PrintAt(setting, false, contenders, series);
}

}  // namespace gmewatch::detect_eval
