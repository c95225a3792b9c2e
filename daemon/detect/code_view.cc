#include "daemon/detect/code_view.h"

#include <algorithm>
#include <cmath>

#include "daemon/detect/series/baseline.h"

namespace gmewatch {
namespace {

// More events a tick are no answer for a person.
constexpr uint64_t kEventsMax = 1'000'000'000;

const Season* PointerTo(const std::optional<Season>& season) {
  return season.has_value() ? &*season : nullptr;
}

const char* PhaseText(SeriesPhase phase) {
  switch (phase) {
    case SeriesPhase::kNew:
      return "new";
    case SeriesPhase::kQuiet:
      return "quiet";
    case SeriesPhase::kJoined:
      return "part of a rise";
    case SeriesPhase::kLoop:
      return "retry loop";
    case SeriesPhase::kSpike:
      return "spike";
  }
  return "";
}

}  // namespace

bool CodeView::IsSpikeAfter(const Series& series, uint64_t events, uint32_t ticks) const {
  SeriesState state = series.state;
  std::optional<Season> own = series.own;
  const Season* above = PointerTo(series.above);
  for (uint32_t tick = last_tick_ + 1; tick <= last_tick_ + ticks; ++tick) {
    TickInput input = {.tick = tick, .sessions = UINT32_MAX, .events = events};
    input.exposure = input.silent_exposure = series.exposure;
    if (model_.times().HourOf(tick) != model_.times().HourOf(tick - 1)) {
      if (state.tick < tick - 1) {
        TickInput silence = {.tick = tick - 1};
        silence.exposure = silence.silent_exposure = series.exposure;
        model_.Advance(silence, PointerTo(own), above, &state);
      }
      model_.EndHour(tick - 1, own.has_value() ? &*own : nullptr, above, &state);
    }
    model_.Advance(input, PointerTo(own), above, &state);
    if (state.phase == SeriesPhase::kSpike && state.rise.score() >= series.required_score) {
      return true;
    }
  }
  return false;
}

uint64_t CodeView::Needed(const Series& series, uint32_t ticks) const {
  if (!IsSpikeAfter(series, kEventsMax, ticks)) return 0;
  uint64_t too_few = 0;
  uint64_t enough = kEventsMax;
  while (enough - too_few > 1) {
    const uint64_t middle = too_few + (enough - too_few) / 2;
    (IsSpikeAfter(series, middle, ticks) ? enough : too_few) = middle;
  }
  return enough;
}

ExplainedSeries CodeView::Explain(const Series& series) const {
  const SeriesState& state = series.state;
  const double base =
      model_.Expected(last_tick_, PointerTo(series.own), PointerTo(series.above), state);
  const double last_hours = FactorOf(state);
  const bool rises = Rises(state);
  ExplainedSeries out = {
      .place = series.place,
      .phase = PhaseText(state.phase),
      .expected_rate = base * series.exposure / tick_seconds_,
      .level = state.levels.level() / tick_seconds_,
      .season = base / std::max(double{state.levels.level()} * last_hours, 1e-30),
      .last_hours = last_hours,
      .traffic = series.exposure,
      .dispersion = state.dispersion.vmr(),
      .drift = state.drift.squared(),
      .known_hours = KnownHours(state),
      .score = rises ? state.rise.score() : model_.Score(state),
      .required_score = series.required_score,
  };
  if (rises) return out;
  const auto minute = static_cast<uint32_t>(std::max(1.0, std::round(60 / tick_seconds_)));
  out.needed_in_tick = static_cast<double>(Needed(series, 1));
  out.needed_in_minute = static_cast<double>(Needed(series, minute)) * minute;
  return out;
}

ExplainedCode CodeView::Explain() const {
  ExplainedCode out;
  out.time_s = static_cast<int64_t>((last_tick_ + 1) * tick_seconds_);
  out.tick_seconds = tick_seconds_;
  for (const Series& series : series_) out.series.push_back(Explain(series));
  out.rises = rises_;
  std::stable_sort(
      out.rises.begin(), out.rises.end(),
      [](const ExplainedRise& x, const ExplainedRise& y) { return x.end_s > y.end_s; });
  return out;
}

}  // namespace gmewatch
