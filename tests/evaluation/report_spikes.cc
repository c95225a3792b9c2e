#include <cstdint>
#include <functional>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/evaluation/report.h"
#include "tests/evaluation/table.h"

namespace gmewatch::detect_eval {
namespace {

// The results of a rule on some of the spikes.
struct Group {
  int64_t spikes = 0;
  int64_t found = 0;
  int64_t by_chance = 0;
  int64_t detectable = 0;
  int64_t detectable_found = 0;
  std::vector<int64_t> delays;
  std::vector<int64_t> strong_delays;
  std::vector<int64_t> start_errors;
};

Group Collect(const SpikeTally& tally, const std::function<bool(const SpikeResult&)>& belongs) {
  Group group;
  for (const SpikeResult& spike : tally.spikes) {
    if (!belongs(spike)) continue;
    ++group.spikes;
    if (spike.detectable) ++group.detectable;
    if (spike.found_by_chance) ++group.by_chance;
    if (!spike.found) continue;
    ++group.found;
    if (spike.detectable) ++group.detectable_found;
    group.delays.push_back(spike.delay);
    if (spike.strong_step) group.strong_delays.push_back(spike.delay);
    group.start_errors.push_back(spike.start_error < 0 ? -spike.start_error : spike.start_error);
  }
  return group;
}

void PrintTotals(const RunSettings& settings, const std::vector<Contender>& contenders,
                 const std::vector<SpikeTally>& tallies) {
  std::cout << absl::StrFormat(
      "\n## Spikes: totals\n\nRecall of all spikes, and of the detectable ones, which add at "
      "least %g * VMR events in total and have a factor of at least %g. Delays are in ticks of %d "
      "s, for the spikes found; 'strong steps' add at least %g * VMR events a tick. 'start off "
      "by' is the median of |reported start - true start|, in ticks. 'outside' is the number of "
      "alarms per series-day that begin away from every spike. 'by chance' is the share of "
      "windows of the same lengths, but without a spike, in which an alarm begins: if it is high, "
      "recall means nothing.\n\n",
      kDetectableExcess, kDetectableFactor, kTickSeconds, kStrongExcessPerTick);
  PrintHead({"rule", "spikes", "recall", "by chance", "detectable", "recall", "delay median",
             "delay p95", "strong steps found", "delay median", "start off by", "outside"});
  const double days = static_cast<double>(SpikeSeries(settings) * settings.measured_weeks * 7);
  for (size_t i = 0; i < contenders.size(); ++i) {
    const Group all = Collect(tallies[i], [](const SpikeResult&) { return true; });
    const Group strong =
        Collect(tallies[i], [](const SpikeResult& spike) { return spike.strong_step; });
    PrintRow({contenders[i].entry.name, absl::StrCat(all.spikes), ShareText(all.found, all.spikes),
              ShareText(all.by_chance, all.spikes), absl::StrCat(all.detectable),
              ShareText(all.detectable_found, all.detectable), QuantileText(all.delays, 0.5),
              QuantileText(all.delays, 0.95), ShareText(strong.found, strong.spikes),
              QuantileText(all.strong_delays, 0.5), QuantileText(all.start_errors, 0.5),
              absl::StrFormat("%.2g", static_cast<double>(tallies[i].alarms_outside) / days)});
  }
}

using CellText = std::string (*)(const Group& group);

std::vector<std::string> CellRow(size_t baseline, size_t factor, CellText text,
                                 const std::vector<SpikeTally>& tallies) {
  std::vector<std::string> row = {absl::StrCat(kBaselines[baseline]),
                                  absl::StrCat(kFactors[factor])};
  for (const SpikeTally& tally : tallies) {
    const Group group = Collect(tally, [&](const SpikeResult& spike) {
      return spike.baseline == baseline && spike.factor == factor;
    });
    if (row.size() == 2) {
      row.push_back(absl::StrCat(group.spikes));
      row.push_back(absl::StrCat(group.detectable));
    }
    row.push_back(text(group));
  }
  return row;
}

void PrintCells(absl::string_view title, CellText text, const std::vector<Contender>& contenders,
                const std::vector<SpikeTally>& tallies) {
  std::cout << title;
  std::vector<std::string> head = {"baseline", "factor", "spikes", "detectable"};
  for (const Contender& contender : contenders) head.push_back(contender.entry.name);
  PrintHead(head);
  for (size_t baseline = 0; baseline < kBaselines.size(); ++baseline) {
    for (size_t factor = 0; factor < kFactors.size(); ++factor) {
      PrintRow(CellRow(baseline, factor, text, tallies));
    }
  }
}

}  // namespace

void PrintSpikes(const RunSettings& settings, const std::vector<Contender>& contenders,
                 const std::vector<SpikeTally>& tallies) {
  PrintTotals(settings, contenders, tallies);
  PrintCells(
      "\n## Spikes: recall by baseline (events a tick) and factor\n\nOf all spikes / of the "
      "detectable ones.\n\n",
      [](const Group& group) {
        return absl::StrCat(ShareText(group.found, group.spikes), " / ",
                            ShareText(group.detectable_found, group.detectable));
      },
      contenders, tallies);
  PrintCells(
      "\n## Spikes: delay by baseline and factor\n\nMedian / p95 in ticks, for the spikes "
      "found.\n\n",
      [](const Group& group) {
        return absl::StrCat(QuantileText(group.delays, 0.5), " / ",
                            QuantileText(group.delays, 0.95));
      },
      contenders, tallies);
}

}  // namespace gmewatch::detect_eval
