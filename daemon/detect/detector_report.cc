// The part of Detector that says what it knows.
#include <algorithm>

#include "absl/algorithm/container.h"
#include "daemon/detect/detector.h"

namespace gmewatch {

void Detector::RefreshTraffic(Spike* spike, uint32_t row) const {
  spike->operations_share = spike->traffic_ratio = 0;
  if (!traffic_.IsKnown(row)) return;
  const UsualTraffic::Rates rates = usual_traffic_.At(row);
  if (rates.reported > 0) {
    spike->operations_share = std::min(1.0, spike->observed_rate / rates.reported);
  }
  if (rates.known && rates.usual > 0) spike->traffic_ratio = rates.recent / rates.usual;
}

SpikeReport Detector::Report() const {
  SpikeReport report;
  report.time_s = SecondsOf(last_tick_ + 1);
  report.series = states_.size();
  for (const Announced& announced : announced_) {
    if (!announced.expected) report.spikes.push_back(announced.spike);
  }
  report.incidents = incidents_.all();
  report.traffic = traffic_lines_.Shown(report.time_s);
  const double per_second = 1 / absl::ToDoubleSeconds(settings_.tick);
  for (uint32_t slot = 0; slot < codes_.size(); ++slot) {
    const uint32_t index = FindIndex(Rows::kEverything, slot, Kind::kManySenders);
    if (index == kNone) continue;
    report.expected.push_back(
        {codes_[slot].code, codes_[slot].other, ExpectedNow(index) * per_second});
  }
  return report;
}

std::optional<CodeView> Detector::ViewOf(int32_t code, bool other) const {
  const auto column = absl::c_find_if(codes_, [&](const WatchedCode& known) {
    return known.other == other && (other || known.code == code);
  });
  if (column == codes_.end()) return std::nullopt;
  const auto slot = static_cast<uint32_t>(column - codes_.begin());
  CodeView view(model_, absl::ToDoubleSeconds(settings_.tick), last_tick_);
  const auto copy = [](const Season* season) {
    return season == nullptr ? std::nullopt : std::optional<Season>(*season);
  };
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    const uint32_t index = FindIndex(row, slot, Kind::kManySenders);
    if (index == kNone) continue;
    const auto overlap = [&](uint32_t other_row) { return rows_.Overlap(other_row, row); };
    view.Add(
        CodeView::Series{.place = rows_.place(row),
                         .state = states_[index],
                         .own = copy(OwnSeason(states_[index])),
                         .above = copy(SeasonAbove(series_[index])),
                         .exposure = traffic_.Now(row),
                         .required_score = recurrence_.RequiredScore(slot, last_tick_, overlap)});
  }
  for (const PastRise& rise : recurrence_.rises()) {
    if (rise.slot != slot) continue;
    view.Add(ExplainedRise{.place = rows_.place(rise.row),
                           .start_s = SecondsOf(rise.start),
                           .end_s = SecondsOf(rise.end),
                           .factor = rise.factor,
                           .score = rise.score});
  }
  return view;
}

void Detector::NoteSenders(absl::Span<const CellGain> gains) {
  std::vector<bool> spikes(codes_.size());
  for (const Announced& announced : announced_) {
    if (announced.spike.active) spikes[series_[announced.series].slot] = true;
  }
  for (const CellGain& gain : gains) {
    if (gain.success || !spikes[gain.slot]) continue;
    for (Announced& announced : announced_) {
      const Series& series = series_[announced.series];
      if (!announced.spike.active || series.slot != gain.slot ||
          !rows_.Holds(series.row, place_rows_[gain.place])) {
        continue;
      }
      announced.senders |= gain.bits;
    }
  }
  for (Announced& announced : announced_) CountSenders(&announced);
}

void Detector::CountSenders(Announced* announced) {
  Spike& spike = announced->spike;
  spike.sessions = CountOf(announced->senders.sessions);
  spike.new_sessions = CountOf(announced->senders.new_sessions);
  spike.addresses = CountOf(announced->senders.addresses);
}

}  // namespace gmewatch
