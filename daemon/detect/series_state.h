// The detector's memory of one series: 88 bytes, and 168 more (Season) once the series counts
// enough to have a season of its own. Plain data, stored byte for byte; series_model.h and
// change_points.h say how it changes, README.md has the formulas.
//
// "Base" is what level and season predict (level x season, summed over ticks); "expected" is the
// base times the factor of the last hours. Both are in events.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_STATE_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_STATE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "daemon/detect/season.h"
#include "daemon/detect/short_float.h"

namespace gmewatch {

inline constexpr size_t kChangePointsMax = 3;
inline constexpr uint32_t kNoSeason = UINT32_MAX;
// Hours until the level is trusted.
inline constexpr float kLevelTrustHours = 24;

enum class SeriesPhase : uint8_t {
  kNew = 0,     // not watched for long enough to be judged
  kQuiet = 1,   // at the baseline
  kJoined = 2,  // may be part of the rise of another series; no alarm of its own
  kLoop = 3,    // a rise that few sessions cause: a retry loop
  kSpike = 4,   // a rise that many sessions cause
};

// Consecutive ticks: their events and their base.
struct Stretch {
  float events;
  float base;
};

// The ticks at which a rise may have begun, oldest first. A stretch begins at its change point and
// ends where the next one begins.
struct ChangePoints {
  std::array<Stretch, kChangePointsMax> stretches;
  std::array<uint16_t, kChangePointsMax> starts;  // the low 16 bits of each stretch's first tick
  ShortFloat vmr_before;                          // SeriesState::vmr when the oldest one began
};

// A rise that has not ended.
struct Rise {
  uint32_t start;         // its first tick
  uint32_t quiet_since;   // the first of the last ticks that suggest that it is over
  float events;           // since `start`
  float expected;         // since `start`
  float recent_events;    // exponentially fading, for the observed rate
  float recent_expected;  // fades alike
  float end_llr;          // log-likelihood ratio, in nats, of "it is over"
  float score;            // the highest so far, in units of the threshold
};

// Whether nothing suggests that it is over. What comes later may be the baseline, which would make
// a short rise look small.
inline bool IsHigh(const Rise& rise) { return rise.end_llr == 0; }

struct SeriesState {
  uint32_t tick = 0;  // the last tick that was counted
  // Events a tick at season 1.
  float level = 0;
  // Mean events of a clump, for sparse series (clumps.h).
  float clump = 1;
  // Fading sums of events and of their base: their ratio is the factor of the last hours.
  float fast_events = 0;
  float fast_base = 0;
  // Variance-to-mean ratio of a tick, and the squared relative error of an hour's expectation.
  float vmr = 0;
  float drift = 0;
  // The current hour, so far.
  float hour_events = 0;
  float hour_expected = 0;
  // A bit for each session since the oldest change point, folded to 32 bits.
  uint32_t sessions = 0;
  // The level before a rise that became the level; 0: none. A rate that returns to it is no rise.
  ShortFloat other_level;
  ShortFloat back_llr;     // log-likelihood ratio, in nats, of "it is back at other_level"
  ShortFloat uncounted;    // events of the change points minus what they were counted as
  ShortFloat level_hours;  // hours that the level was learned from
  union {
    ChangePoints change_points = {};  // in kQuiet
    Rise rise;                        // in kJoined, kLoop, kSpike
  };
  uint32_t season = kNoSeason;   // index of its own Season
  uint16_t hour_ticks : 15 = 0;  // ticks of the current hour that were watched
  uint16_t hour_rose : 1 = 0;    // part of the current hour was a rise
  uint8_t season_hours = 0;      // hours since it has its own Season; stops at 255
  uint8_t change_point_count : 2 = 0;
  bool adopted : 1 = false;        // the last rise became the level
  bool suspect : 1 = false;        // the score of a change point is high, though below an alarm
  bool counts_clumps : 1 = false;  // each tick with events counts as one clump of the mean size
  SeriesPhase phase : 3 = SeriesPhase::kNew;
};
static_assert(sizeof(SeriesState) == 88 && sizeof(SeriesState) + sizeof(Season) <= 256);
static_assert(std::is_trivially_copyable_v<SeriesState>);

// Hours that the season is known from: those of its own Season, or those of the level if it has no
// Season.
inline float KnownHours(const SeriesState& state) {
  return state.season == kNoSeason ? float{state.level_hours}
                                   : static_cast<float>(state.season_hours);
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_STATE_H_
