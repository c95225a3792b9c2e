#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
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

// The scores of one rule, by offset: of each series, then of all of them.
struct Scores {
  std::vector<std::vector<double>> by_series;
  std::vector<double> total;
  double found = 0;  // windows, the mean over the offsets
  double outside = 0;
  int windows = 0;
};

Scores ScoreRule(const Contender& contender, const RuleSetting& setting,
                 const std::vector<NabSeries>& series) {
  Scores scores;
  scores.by_series.resize(series.size());
  for (int64_t offset = 0; offset < kNabOffsets; ++offset) {
    std::vector<NabTally> tallies;
    for (size_t i = 0; i < series.size(); ++i) {
      tallies.push_back(RunNab(*contender.entry.make(setting), series[i], offset));
      scores.by_series[i].push_back(NabScore(tallies.back()));
    }
    const NabTally sum = Sum(tallies);
    scores.total.push_back(NabScore(sum));
    scores.found += static_cast<double>(sum.found) / kNabOffsets;
    scores.outside += static_cast<double>(sum.outside) / kNabOffsets;
    scores.windows = sum.windows;
  }
  return scores;
}

std::string MeanText(const std::vector<double>& values) {
  return absl::StrFormat("%.1f",
                         absl::c_accumulate(values, 0.0) / static_cast<double>(values.size()));
}

void PrintAt(const RuleSetting& at, bool shared_by_nab, const std::vector<Contender>& contenders,
             const std::vector<NabSeries>& series) {
  std::cout << absl::StrFormat("\nBudget: %g false alarms a week over %g series.\n\n",
                               at.false_alarms_a_week, at.series);
  std::vector<std::string> head = {"rule"};
  for (const NabSeries& one : series) head.push_back(ShortName(one.name));
  for (const char* const title :
       {"total", "lowest to highest", "windows found", "detections outside"}) {
    head.emplace_back(title);
  }
  PrintHead(head);
  for (const Contender& contender : contenders) {
    RuleSetting setting = at;
    setting.threshold = shared_by_nab ? contender.nab_threshold : contender.threshold;
    const Scores scores = ScoreRule(contender, setting, series);
    std::vector<std::string> row = {contender.entry.name};
    for (const std::vector<double>& by_offset : scores.by_series)
      row.push_back(MeanText(by_offset));
    row.push_back(MeanText(scores.total));
    const auto [lowest, highest] = absl::c_minmax_element(scores.total);
    row.push_back(absl::StrFormat("%.1f to %.1f", *lowest, *highest));
    row.push_back(absl::StrFormat("%.1f of %d", scores.found, scores.windows));
    row.push_back(absl::StrFormat("%.1f", scores.outside));
    PrintRow(row);
  }
}

}  // namespace

void PrintNab(const RunSettings& settings, const std::vector<Contender>& contenders,
              const std::vector<NabSeries>& series) {
  std::cout << absl::StrFormat(
      "\n## NAB: standard profile, %d series of counts a tick of %d s\n\nCalibrated thresholds are "
      "those of the simulated series with ticks of %d s. Means over "
      "%d starts within an hour.\n",
      series.size(), kNabTickSeconds, kTickSeconds, kNabOffsets);
  RuleSetting setting;
  setting.tick_seconds = kNabTickSeconds;
  setting.false_alarms_a_week = settings.false_alarms_a_week;
  setting.series = static_cast<double>(series.size());
  PrintAt(setting, true, contenders, series);
  setting.series = settings.budget_series;
  PrintAt(setting, false, contenders, series);
}

}  // namespace gmewatch::detect_eval
