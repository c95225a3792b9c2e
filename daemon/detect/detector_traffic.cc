// The part of Detector that counts the operations of each row.
#include <utility>

#include "daemon/detect/detector.h"

namespace gmewatch {

void Detector::CountTraffic(uint32_t tick, uint32_t ticks, absl::Span<const CellGain> gains) {
  const auto add = [this](uint32_t leaf, uint64_t successes, uint64_t errors) {
    if (successes + errors == 0) return;
    for (const uint32_t row :
         {leaf, rows_.app_row(leaf), rows_.region_row(leaf), Rows::kEverything}) {
      traffic_.Add(row, successes, errors);
      usual_traffic_.AddReported(row, successes + errors);
    }
    traffic_lines_.Count(leaf, successes + errors, rows_);
  };
  uint32_t leaf = Rows::kEverything;
  uint64_t successes = 0;
  uint64_t errors = 0;
  // Gains are ordered by place.
  for (const CellGain& gain : gains) {
    if (place_rows_[gain.place] != leaf) {
      add(leaf, std::exchange(successes, 0), std::exchange(errors, 0));
      leaf = place_rows_[gain.place];
    }
    if (gain.success) {
      successes += gain.events;
    } else if (!codes_[gain.slot].ignored) {
      errors += gain.events;
    }
  }
  add(leaf, successes, errors);
  std::vector<uint32_t> begun;
  traffic_.EndTick(tick, ticks, &begun);
  for (const uint32_t row : begun) Flatten(row);
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    if (traffic_.IsKnown(row)) {
      usual_traffic_.Add(row, traffic_.Operations(row) * ticks, ticks);
    } else {
      usual_traffic_.Skip(row);
    }
  }
  usual_traffic_.EndTick(tick);
}

void Detector::EndTrafficHour() {
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    const double changed = traffic_.EndHour(row);
    if (changed == 0) {
      Flatten(row);
    } else if (changed != 1) {
      ForEachIndex(row_series_[row],
                   [&](uint32_t index) { SeriesModel::ScaleLevel(changed, &states_[index]); });
    }
  }
}

void Detector::Flatten(uint32_t row) {
  ForEachIndex(row_series_[row], [&](uint32_t index) {
    SeriesState& state = states_[index];
    model_.Flatten(OwnSeason(state), SeasonAbove(series_[index]), &state);
  });
}

}  // namespace gmewatch
