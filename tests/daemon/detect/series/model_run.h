// A SeriesModel with its state and Season, driven tick by tick as Detector does it.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_DAEMON_DETECT_SERIES_MODEL_RUN_H_
#define GMEWATCH_TESTS_DAEMON_DETECT_SERIES_MODEL_RUN_H_

#include <cstdint>
#include <optional>

#include "daemon/detect/series/series_model.h"

namespace gmewatch {

// 2015-03-04 05:00:00: the first tick of an hour, at ticks of ten seconds.
inline constexpr uint32_t kFirstTick = 142'544'520;
inline constexpr uint32_t kTicksPerHour = 360;
inline constexpr uint32_t kTicksPerDay = 24 * kTicksPerHour;

struct ModelRun {
  explicit ModelRun(double watched_ticks = 0, const DetectSettings& settings = {})
      : model(settings), state(model.NewSeries(kFirstTick, watched_ticks)) {}

  // The next tick.
  void Add(uint64_t events, uint32_t sessions = UINT32_MAX) {
    const uint32_t tick = state.tick + 1;
    if (tick != kFirstTick && model.times().HourOf(tick) != model.times().HourOf(state.tick))
      EndHour();
    model.Advance({.tick = tick, .sessions = sessions, .events = events}, own(), nullptr, &state);
  }

  // Returns whether the series asked for a Season; it has one then.
  bool EndHour() {
    const bool asks = model.EndHour(state.tick, own(), nullptr, &state);
    if (asks) {
      state.season = 0;
      season.emplace();
    }
    return asks;
  }

  Season* own() { return season.has_value() ? &*season : nullptr; }
  const Season* own() const { return season.has_value() ? &*season : nullptr; }
  double ExpectedNext() const { return model.Expected(state.tick + 1, own(), nullptr, state); }

  SeriesModel model;
  SeriesState state;
  std::optional<Season> season;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_DETECT_SERIES_MODEL_RUN_H_
