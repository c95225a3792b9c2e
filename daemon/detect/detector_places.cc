// The part of Detector that decides in which places the rises of a code are announced.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "absl/algorithm/container.h"
#include "daemon/detect/detector.h"
#include "daemon/detect/series/baseline.h"
#include "daemon/detect/series/change_points.h"

namespace gmewatch {
namespace {

// A place with this gain, in nats, may be part of a rise.
constexpr double kJoinGain = 5;

}  // namespace

double Detector::PartsShare(uint32_t row, uint32_t index) const {
  if (rows_.is_leaf(row)) return 1;
  const SeriesTimes& times = model_.times();
  const SeriesState& whole = states_[index];
  // What is expected now says nothing of longer times.
  if (Rises(whole) && last_tick_ - whole.rise.start() > times.per_hour()) return 1;
  // The exposure of a single tick is a matter of chance.
  const auto expected = [this, &times](uint32_t of) -> double {
    const SeriesState& state = states_[of];
    const Season* above = SeasonAbove(series_[of]);
    if (state.phase == SeriesPhase::kNew) return 0;
    return SeasonAt(last_tick_, times, OwnSeason(state), above, SeriesPhase::kQuiet) *
           state.levels.level() * FactorOf(state) * traffic_.Usual(series_[of].row);
  };
  double parts = 0;
  const std::vector<uint32_t> all =
      row == Rows::kEverything ? rows_.apps() : std::vector<uint32_t>{row};
  for (const uint32_t of : all) {
    for (const uint32_t leaf : rows_.leaves(of)) {
      const uint32_t part = FindIndex(leaf, series_[index].slot, Kind::kManySenders);
      if (part != kNone) parts += expected(part);
    }
  }
  // By more than rates wander it is an error, and must not hide a rise.
  return parts > 0 ? std::clamp<double>(parts / expected(index), 1 / kMinFactor, kMinFactor) : 1;
}

RaisedRow Detector::RaisedRowOf(uint32_t row, uint32_t index, double vmr) const {
  const RiseSoFar rise = model_.RiseOf(states_[index]);
  const double events = rise.events;
  const double expected = rise.expected * PartsShare(row, index);
  if (events <= expected) return {row};
  return {row, (events * std::log(events / expected) - (events - expected)) / vmr, events / vmr};
}

std::vector<RaisedRow> Detector::FindRaisedRows(uint32_t slot, const std::vector<uint32_t>& rows) {
  const std::vector<bool> related = rows_.Related(rows);
  std::vector<std::pair<uint32_t, uint32_t>> candidates;  // row and index
  // One dispersion for all, so that gains can be compared.
  float vmr = 1;
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    const uint32_t index = FindIndex(row, slot, Kind::kManySenders);
    if (!related[row] || index == kNone || states_[index].phase == SeriesPhase::kNew ||
        states_[index].phase == SeriesPhase::kLoop) {
      continue;
    }
    candidates.emplace_back(row, index);
    vmr = std::max(vmr, states_[index].dispersion.vmr());
  }
  std::vector<RaisedRow> raised;
  raised.reserve(candidates.size());
  for (const auto& [row, index] : candidates) {
    SeriesState& state = states_[index];
    raised.push_back(RaisedRowOf(row, index, vmr));
    if (state.phase != SeriesPhase::kQuiet || raised.back().gain <= kJoinGain) continue;
    // From now on all of its events are counted.
    model_.Join(&state);
    rising_.push_back(index);
    row_series_[row].changed = true;
  }
  return raised;
}

bool Detector::IsSpikeOf(uint32_t slot, const Announced& announced) const {
  return announced.IsSpike() && series_[announced.series].slot == slot;
}

bool Detector::MayMove(const Announced& announced) const {
  // What was proved slowly is corrected slowly.
  const int64_t proof_s = SecondsOf(announced.tick) - announced.spike.start_s;
  return SecondsOf(last_tick_ - announced.tick) <= std::max(kIncidentSpreadSeconds, proof_s);
}

void Detector::AnnounceIn(uint32_t row, uint32_t slot, const std::vector<uint32_t>& rows) {
  std::vector<Announced*> replaced;
  for (Announced& announced : announced_) {
    if (!IsSpikeOf(slot, announced) || !rows_.Overlap(row, series_[announced.series].row)) continue;
    if (!MayMove(announced)) return;
    replaced.push_back(&announced);
  }
  // The earliest start is kept.
  int64_t start_s = INT64_MAX;
  uint32_t tick = last_tick_;
  for (Announced* announced : replaced) {
    start_s = std::min(start_s, announced->spike.start_s);
    tick = std::min(tick, announced->tick);
    End(announced);
  }
  const uint32_t index = FindIndex(row, slot, Kind::kManySenders);
  SeriesState& state = states_[index];
  state.phase = SeriesPhase::kSpike;
  // It is as sure as the rises that it explains.
  for (const uint32_t found : rows) {
    if (!rows_.Overlap(row, found)) continue;
    const SeriesState& explained = states_[FindIndex(found, slot, Kind::kManySenders)];
    state.rise.Raise(explained.rise.score());
  }
  Announced& added = Announce(index);
  added.spike.start_s = std::min(added.spike.start_s, start_s);
  added.tick = tick;
}

void Detector::UpdateCode(uint32_t slot, const std::vector<uint32_t>& rows) {
  const std::vector<RaisedRow> raised = FindRaisedRows(slot, rows);
  std::vector<uint32_t> current;
  std::vector<uint32_t> others;
  int64_t start_s = INT64_MAX;
  for (const uint32_t row : rows) {
    const SeriesState& state = states_[FindIndex(row, slot, Kind::kManySenders)];
    start_s = std::min(start_s, SecondsOf(state.rise.start()));
  }
  for (const Announced& announced : announced_) {
    const uint32_t row = series_[announced.series].row;
    if (IsSpikeOf(slot, announced)) {
      current.push_back(row);
    } else if (announced.IsSpike() &&
               std::abs(announced.spike.start_s - start_s) <= kIncidentSpreadSeconds) {
      others.push_back(row);
    }
  }
  for (const uint32_t row : ChoosePlaces(rows_, raised, current, others)) {
    if (!absl::c_linear_search(current, row)) AnnounceIn(row, slot, rows);
  }
  for (Announced& announced : announced_) {
    if (IsSpikeOf(slot, announced)) UpdateExpected(&announced);
  }
}

}  // namespace gmewatch
