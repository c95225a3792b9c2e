// The detector's memory of one series: 84 bytes, and 168 more (Season) once the series counts
// enough to have a season of its own. SeriesModel says how it changes; each part has its own
// mathematics.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_SERIES_STATE_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_SERIES_STATE_H_

#include <cstdint>
#include <type_traits>

#include "daemon/detect/series/change_points.h"
#include "daemon/detect/series/dispersion.h"
#include "daemon/detect/series/drift.h"
#include "daemon/detect/series/hour_tally.h"
#include "daemon/detect/series/levels.h"
#include "daemon/detect/series/recent_factor.h"
#include "daemon/detect/series/rise.h"
#include "daemon/detect/series/season.h"
#include "daemon/detect/series/short_float.h"
#include "daemon/detect/series/warm_up.h"

namespace gmewatch {

inline constexpr uint32_t kNoSeason = UINT32_MAX;

enum class SeriesPhase : uint8_t {
  kNew = 0,     // not watched for long enough to be judged
  kQuiet = 1,   // at the baseline
  kJoined = 2,  // may be part of the rise of another series; no alarm of its own
  kLoop = 3,    // a rise that few sessions cause: a retry loop
  kSpike = 4,   // a rise that many sessions cause
};

// The parts lie without gaps: where a part ends in less than its alignment, the next one begins in
// its padding.
struct SeriesState {
  SeriesState() {}

  uint32_t tick = 0;  // the last tick that was counted
  // A bit for each session since the oldest change point, folded to 32 bits.
  uint32_t sessions = 0;
  union {
    WarmUp warm_up;                   // in kNew
    ChangePoints change_points = {};  // in kQuiet
    Rise rise;                        // in kJoined, kLoop, kSpike
  };
  Dispersion dispersion;
  Drift drift;
  RecentFactor recent;
  uint32_t season = kNoSeason;  // index of its own Season
  [[no_unique_address]] Levels levels;
  ShortFloat uncounted;  // events of the change points minus what they were counted as
  [[no_unique_address]] HourTally hour;
  uint8_t season_hours = 0;  // hours since it has its own Season; stops at 255
  bool adopted : 1 = false;  // the last rise became the level
  bool suspect : 1 = false;  // the score of a change point is high, though below an alarm
  SeriesPhase phase : 3 = SeriesPhase::kNew;
};
static_assert(sizeof(SeriesState) == 84 && sizeof(SeriesState) + sizeof(Season) <= 256);
static_assert(std::is_trivially_copyable_v<SeriesState>);

inline bool Rises(const SeriesState& state) { return state.phase > SeriesPhase::kQuiet; }

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_SERIES_STATE_H_
