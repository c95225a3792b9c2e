// The part of Detector that decides which rises are announced, and in which places.
#include <algorithm>
#include <cmath>

#include "absl/algorithm/container.h"
#include "daemon/detect/change_points.h"
#include "daemon/detect/detector.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

// A part counts as raised from this many standard deviations above its expectation on.
constexpr double kRaisedDeviations = 3;

// In an outage each client may retry more often. A retry loop that began at most this long before a
// spike of its code and place, or after it, is part of the spike.
constexpr int64_t kTogetherSeconds = 60;

// An announced spike may still move to a part of its place until this long after its start.
constexpr int64_t kRelocateSeconds = 600;

}  // namespace

RowState Detector::StateOf(uint32_t row, uint32_t slot) const {
  RowState out;
  const uint32_t index = FindIndex(row, slot, Kind::kManySenders);
  if (index == kNone) return out;
  const SeriesState& state = states_[index];
  out.expected = ExpectedNow(index);
  out.vmr = state.vmr;
  if (state.phase > SeriesPhase::kQuiet) {
    out.spike = state.phase == SeriesPhase::kSpike;
    out.raised = true;
    out.loop = state.phase == SeriesPhase::kLoop;
    out.excess = state.rise.events - state.rise.expected;
    out.ticks = last_tick_ + 1 - state.rise.start;
    return out;
  }
  double events = 0;
  double expected = 0;
  for (size_t i = 0; i < state.change_point_count; ++i) {
    events += state.change_points.stretches[i].events;
    expected += state.change_points.stretches[i].base * FactorOf(state);
  }
  out.excess = std::max(0.0, events - expected);
  out.raised = out.excess > kRaisedDeviations * std::sqrt(expected * state.vmr);
  return out;
}

SpikePlace Detector::WhereOf(const Series& series) const {
  const WatchedCode& code = codes_[series.slot];
  return {code.code, code.other, rows_.place(series.row)};
}

Detector::Announced& Detector::Announce(uint32_t series) {
  const SpikePlace where = WhereOf(series_[series]);
  const bool retry_loop = states_[series].phase == SeriesPhase::kLoop;
  // A place has one entry of each kind: two loops in it are one, and a new rise replaces the entry
  // of one that is over.
  const auto is_same = [&](const Announced& announced) {
    return announced.series == series ||
           (announced.spike.where == where && announced.spike.retry_loop == retry_loop);
  };
  const auto found =
      absl::c_find_if(announced_, [&](const Announced& a) { return a.spike.active && is_same(a); });
  if (found != announced_.end()) return *found;
  std::erase_if(announced_, is_same);
  Announced& added = announced_.emplace_back();
  added.series = series;
  added.spike.where = where;
  added.spike.retry_loop = retry_loop;
  added.spike.active = true;
  added.spike.start_s = SecondsOf(states_[series].rise.start);
  return added;
}

void Detector::Refresh(Announced* announced) {
  Spike& spike = announced->spike;
  if (!spike.active) return;
  const SeriesState& state = states_[announced->series];
  const double per_second = 1 / absl::ToDoubleSeconds(settings_.tick);
  if (state.phase < SeriesPhase::kLoop) {
    spike.active = false;
    spike.end_s = SecondsOf(last_tick_ + 1);
    return;
  }
  const Rise& rise = state.rise;
  spike.expected_rate = ExpectedNow(announced->series) * per_second;
  spike.observed_rate =
      spike.expected_rate * rise.recent_events / std::max(rise.recent_expected, 1e-9F);
  spike.score = rise.score;
  // A loop becomes a spike once enough sessions take part.
  if (state.phase == SeriesPhase::kSpike) spike.retry_loop = false;
}

bool Detector::IsPartOfSpike(uint32_t loop) const {
  const int64_t start_s = SecondsOf(states_[loop].rise.start);
  return absl::c_any_of(announced_, [&](const Announced& announced) {
    const Series& series = series_[announced.series];
    return announced.spike.active && !announced.spike.retry_loop &&
           series.slot == series_[loop].slot && rows_.Holds(series.row, series_[loop].row) &&
           announced.spike.start_s <= start_s + kTogetherSeconds;
  });
}

void Detector::UpdateLoops(const std::vector<uint32_t>& loops) {
  for (Announced& announced : announced_) {
    Spike& spike = announced.spike;
    if (!spike.active || !spike.retry_loop || !IsPartOfSpike(announced.series)) continue;
    spike.active = false;
    spike.end_s = SecondsOf(last_tick_ + 1);
  }
  for (const uint32_t loop : loops) {
    if (!IsPartOfSpike(loop)) Announce(loop);
  }
}

void Detector::UpdateSpikes() {
  for (Announced& announced : announced_) Refresh(&announced);
  std::vector<uint32_t> slots;
  std::vector<uint32_t> loops;
  for (const uint32_t index : rising_) {
    const SeriesState& state = states_[index];
    const Series& series = series_[index];
    if (state.phase < SeriesPhase::kLoop) continue;
    if (series.kind == Kind::kManySenders && state.phase == SeriesPhase::kSpike) {
      slots.push_back(series.slot);
    } else if (rows_.is_leaf(series.row)) {
      // Roll-ups repeat the loops of their leaves.
      loops.push_back(index);
    }
  }
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  for (const uint32_t slot : slots) UpdateCode(slot);
  UpdateLoops(loops);
  for (Announced& announced : announced_) Refresh(&announced);

  const int64_t now_s = SecondsOf(last_tick_ + 1);
  std::erase_if(announced_, [now_s](const Announced& announced) {
    return !announced.spike.active && announced.spike.end_s + kEndedKeptSeconds <= now_s;
  });
  std::vector<Spike> spikes;
  for (const Announced& announced : announced_) spikes.push_back(announced.spike);
  incidents_.Update(spikes, now_s, [this](const SpikePlace& where) {
    const auto code = absl::c_find_if(codes_, [&where](const WatchedCode& known) {
      return known.other == where.other_code && known.code == where.code;
    });
    return code == codes_.end() ? std::string() : code->action;
  });
}

void Detector::UpdateCode(uint32_t slot) {
  const std::vector<uint32_t> found =
      Locate(rows_, [this, slot](uint32_t row) { return StateOf(row, slot); });
  const int64_t now_s = SecondsOf(last_tick_ + 1);
  const auto row_of = [this](const Announced& announced) { return series_[announced.series].row; };
  const auto is_announced = [&](const Announced& announced) {
    return announced.spike.active && !announced.spike.retry_loop &&
           series_[announced.series].slot == slot;
  };
  // A whole may have enough events for an alarm before any of its parts has. So its place may move
  // to a part while the spike is young and the whole is not found to rise any more.
  const auto is_confirmed = [&](const Announced& announced) {
    const auto is_within = [&](uint32_t row) { return rows_.Holds(row_of(announced), row); };
    return now_s - announced.spike.start_s > kRelocateSeconds ||
           absl::c_linear_search(found, row_of(announced)) ||
           absl::c_count_if(found, is_within) > 1;
  };
  for (const uint32_t row : found) {
    // A part of a spike that was announced already is not announced.
    const bool held = absl::c_any_of(announced_, [&](const Announced& announced) {
      return is_announced(announced) && rows_.Holds(row_of(announced), row) &&
             is_confirmed(announced);
    });
    if (held) continue;
    // Replaces announced spikes that hold this place or are within it; the earliest start is kept.
    int64_t start_s = INT64_MAX;
    for (Announced& announced : announced_) {
      const uint32_t old = row_of(announced);
      if (!is_announced(announced) || (!rows_.Holds(row, old) && !rows_.Holds(old, row))) continue;
      start_s = std::min(start_s, announced.spike.start_s);
      announced.spike.active = false;
      announced.spike.end_s = now_s;
    }
    const uint32_t series = FindIndex(row, slot, Kind::kManySenders);
    Announced& added = Announce(series);
    added.spike.start_s = std::min(added.spike.start_s, start_s);
  }
}

SpikeReport Detector::Report() const {
  SpikeReport report;
  report.time_s = SecondsOf(last_tick_ + 1);
  report.series = states_.size();
  for (const Announced& announced : announced_) report.spikes.push_back(announced.spike);
  report.incidents = incidents_.all();
  const double per_second = 1 / absl::ToDoubleSeconds(settings_.tick);
  for (uint32_t slot = 0; slot < codes_.size(); ++slot) {
    const uint32_t index = FindIndex(Rows::kEverything, slot, Kind::kManySenders);
    if (index == kNone) continue;
    report.expected.push_back(
        {codes_[slot].code, codes_[slot].other, ExpectedNow(index) * per_second});
  }
  return report;
}

}  // namespace gmewatch
