#include "tests/evaluation/report.h"

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <numeric>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/evaluation/calibrate.h"
#include "tests/evaluation/table.h"

namespace gmewatch::detect_eval {
namespace {

std::string ThresholdText(const RuleEntry& entry, std::optional<double> threshold) {
  if (!threshold.has_value()) return entry.threshold;
  if (*threshold == kNever) return "calibrated: none keeps the budget, never alarms";
  return absl::StrFormat("calibrated, %.4g", *threshold);
}

std::vector<std::string> WithBaselines(std::vector<std::string> head) {
  for (const double baseline : kBaselines) head.push_back(absl::StrCat(baseline));
  return head;
}

}  // namespace

void PrintSettings(const RunSettings& settings) {
  std::cout << absl::StrFormat(
      "Seed %d. Budget: %g false alarms a week over %g series. %d weeks to learn, %d measured, "
      "ticks of %d s. %d quiet series, %d spikes a cell, %d releases.\n",
      settings.seed, settings.false_alarms_a_week, settings.budget_series, settings.learn_weeks,
      settings.measured_weeks, kTickSeconds, settings.quiet_series, settings.spikes_per_cell,
      settings.releases);
  if (static_cast<double>(settings.quiet_series) < settings.budget_series) {
    std::cout << "There are fewer quiet series than share the budget, so calibrated thresholds are "
                 "too low.\n";
  }
}

void PrintQuiet(const RunSettings& settings, const std::vector<Contender>& contenders,
                const std::vector<QuietTally>& tallies) {
  std::cout
      << "\n## Quiet series: false alarms\n\nAlarms that begin in the measured weeks: total, "
         "per series-day, and by baseline (events a tick). 'on' is the share of ticks with an "
         "alarm.\n\n";
  PrintHead(WithBaselines({"rule", "threshold", "first weeks", "false alarms", "budget kept",
                           "a series-day", "on", "ns a tick"}));
  const double ticks =
      static_cast<double>(settings.quiet_series * settings.measured_weeks * kWeekTicks);
  // At least one alarm is allowed, however few the series are.
  const double allowed =
      std::max(1.0, settings.false_alarms_a_week * static_cast<double>(settings.measured_weeks) *
                        static_cast<double>(settings.quiet_series) / settings.budget_series);
  for (size_t i = 0; i < contenders.size(); ++i) {
    const QuietTally& tally = tallies[i];
    const int64_t alarms =
        std::accumulate(tally.alarms.begin(), tally.alarms.end(), static_cast<int64_t>(0));
    std::vector<std::string> row = {
        contenders[i].entry.name,
        ThresholdText(contenders[i].entry, contenders[i].threshold),
        absl::StrCat(tally.first_weeks),
        absl::StrCat(alarms),
        static_cast<double>(alarms) <= allowed ? "yes" : "no",
        absl::StrFormat("%.2g", static_cast<double>(alarms) / ticks * kDayTicks),
        absl::StrFormat("%.2g", static_cast<double>(tally.active_ticks) / ticks),
        absl::StrFormat("%.1f", 1e9 * tally.seconds / static_cast<double>(tally.ticks))};
    for (const int64_t count : tally.alarms) row.push_back(absl::StrCat(count));
    PrintRow(row);
  }
}

void PrintReleases(const RunSettings& settings, const std::vector<Contender>& contenders,
                   const std::vector<SpikeTally>& tallies) {
  std::cout << absl::StrFormat(
      "\n## Releases: the level rises by a factor of 1.2 to 2 and stays\n\n%d of them, in the "
      "first measured day; followed to the end of the series. The hours are those with an alarm, "
      "for the releases that alarmed.\n\n",
      settings.releases);
  PrintHead({"rule", "alarmed", "on after a day", "median hours", "p95 hours"});
  for (size_t i = 0; i < contenders.size(); ++i) {
    int64_t alarmed = 0;
    int64_t after_day = 0;
    std::vector<int64_t> hours;
    for (const ReleaseResult& result : tallies[i].releases) {
      if (result.on_after_day) ++after_day;
      if (!result.alarmed) continue;
      ++alarmed;
      hours.push_back((result.active_ticks + kHourTicks / 2) / kHourTicks);
    }
    PrintRow({contenders[i].entry.name, ShareText(alarmed, settings.releases),
              ShareText(after_day, settings.releases), QuantileText(hours, 0.5),
              QuantileText(hours, 0.95)});
  }
}

}  // namespace gmewatch::detect_eval
