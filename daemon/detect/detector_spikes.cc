// The part of Detector that decides which rises are announced.
#include <algorithm>

#include "absl/algorithm/container.h"
#include "daemon/detect/detector.h"

namespace gmewatch {
namespace {

// In an outage each client may retry more often. A retry loop that began at most this long before a
// spike of its code and place, or after it, is part of the spike.
constexpr int64_t kTogetherSeconds = 60;

}  // namespace

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
  added.spike.start_s = SecondsOf(states_[series].rise.start());
  return added;
}

void Detector::Refresh(Announced* announced) {
  Spike& spike = announced->spike;
  if (!spike.active) return;
  const SeriesState& state = states_[announced->series];
  const double per_second = 1 / absl::ToDoubleSeconds(settings_.tick);
  if (state.phase < SeriesPhase::kLoop) {
    End(announced);
    if (spike.retry_loop) return;
    DropExplained(*announced);
    const Series& series = series_[announced->series];
    recurrence_.Add({.slot = series.slot,
                     .row = series.row,
                     .start = TickOf(spike.start_s),
                     .end = last_tick_ + 1,
                     .factor = announced->factor,
                     .score = static_cast<float>(spike.score),
                     .recurred = announced->recurred});
    return;
  }
  const Rise& rise = state.rise;
  if (rise.IsHigh() || announced->factor == 1) {
    announced->factor = rise.factor();
  }
  spike.expected_rate = ExpectedNow(announced->series) * per_second;
  spike.observed_rate = spike.expected_rate * rise.recent_factor();
  spike.score = rise.score();
  RefreshTraffic(&spike, series_[announced->series].row);
  // A loop becomes a spike once enough sessions take part.
  if (state.phase == SeriesPhase::kSpike) spike.retry_loop = false;
}

bool Detector::IsPartOfSpike(uint32_t loop) const {
  const int64_t start_s = SecondsOf(states_[loop].rise.start());
  return absl::c_any_of(announced_, [&](const Announced& announced) {
    const Series& series = series_[announced.series];
    return announced.IsSpike() && series.slot == series_[loop].slot &&
           rows_.Holds(series.row, series_[loop].row) &&
           announced.spike.start_s <= start_s + kTogetherSeconds;
  });
}

void Detector::UpdateLoops(const std::vector<uint32_t>& loops) {
  for (Announced& announced : announced_) {
    Spike& spike = announced.spike;
    if (!spike.active || !spike.retry_loop || !IsPartOfSpike(announced.series)) continue;
    End(&announced);
  }
  for (const uint32_t loop : loops) {
    if (!IsPartOfSpike(loop)) Announce(loop);
  }
}

void Detector::End(Announced* announced) {
  announced->spike.active = false;
  announced->spike.end_s = SecondsOf(last_tick_ + 1);
}

void Detector::DropExplained(const Announced& over) {
  const Series& of = series_[over.series];
  const bool adopted = states_[over.series].adopted;
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    const uint32_t index = FindIndex(row, of.slot, Kind::kManySenders);
    if (index == kNone || index == over.series || !rows_.Overlap(row, of.row)) continue;
    const bool announced = absl::c_any_of(announced_, [index](const Announced& other) {
      return other.spike.active && other.series == index;
    });
    if (announced) continue;
    SeriesState& state = states_[index];
    if (adopted && Rises(state)) {
      model_.EndRise(true, &state);
    } else if (state.phase != SeriesPhase::kNew) {
      SeriesModel::Drop(&state);
    }
    row_series_[row].changed = true;
  }
}

void Detector::DropJoined() {
  const auto overlap = [this](uint32_t a, uint32_t b) {
    return series_[a].slot == series_[b].slot && rows_.Overlap(series_[a].row, series_[b].row);
  };
  for (const uint32_t index : rising_) {
    if (states_[index].phase != SeriesPhase::kJoined) continue;
    const bool belongs =
        absl::c_any_of(announced_,
                       [&](const Announced& announced) {
                         return announced.spike.active && overlap(announced.series, index);
                       }) ||
        absl::c_any_of(rising_, [&](uint32_t other) {
          return states_[other].phase == SeriesPhase::kSpike && overlap(other, index);
        });
    if (!belongs) SeriesModel::Drop(&states_[index]);
  }
}

void Detector::UpdateExpected(Announced* announced) const {
  const SeriesState& state = states_[announced->series];
  const Series& series = series_[announced->series];
  const auto overlap = [&](uint32_t row) { return rows_.Overlap(row, series.row); };
  const double factor = recurrence_.FactorAt(series.slot, last_tick_, overlap);
  announced->recurred = factor > 1 && model_.IsWithin(kExpectedFactor * factor, state);
  announced->expected =
      announced->recurred ||
      state.rise.score() < recurrence_.RequiredScore(series.slot, last_tick_, overlap);
}

void Detector::UpdateSpikes() {
  for (Announced& announced : announced_) Refresh(&announced);
  std::vector<std::pair<uint32_t, uint32_t>> raised;  // slot and row
  std::vector<uint32_t> loops;
  for (const uint32_t index : rising_) {
    const SeriesState& state = states_[index];
    const Series& series = series_[index];
    if (state.phase < SeriesPhase::kLoop) continue;
    if (series.kind == Kind::kManySenders && state.phase == SeriesPhase::kSpike) {
      raised.emplace_back(series.slot, series.row);
    } else if (rows_.is_leaf(series.row)) {
      // Roll-ups repeat the loops of their leaves.
      loops.push_back(index);
    }
  }
  std::sort(raised.begin(), raised.end());
  std::vector<uint32_t> rows;
  for (size_t i = 0; i < raised.size(); ++i) {
    rows.push_back(raised[i].second);
    if (i + 1 < raised.size() && raised[i + 1].first == raised[i].first) continue;
    UpdateCode(raised[i].first, rows);
    rows.clear();
  }
  UpdateLoops(loops);
  DropJoined();
  for (Announced& announced : announced_) Refresh(&announced);

  const int64_t now_s = SecondsOf(last_tick_ + 1);
  std::erase_if(announced_, [now_s](const Announced& announced) {
    return !announced.spike.active && announced.spike.end_s + kEndedKeptSeconds <= now_s;
  });
  std::vector<Spike> spikes;
  for (const Announced& announced : announced_) {
    if (!announced.expected) spikes.push_back(announced.spike);
  }
  incidents_.Update(spikes, now_s, [this](const SpikePlace& where) {
    const auto code = absl::c_find_if(codes_, [&where](const WatchedCode& known) {
      return known.other == where.other_code && known.code == where.code;
    });
    return code == codes_.end() ? std::string() : code->action;
  });
}

}  // namespace gmewatch
