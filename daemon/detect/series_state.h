// All that the detector remembers of one series: 88 bytes, and 168 more (Season) once it counts
// enough to have a rhythm of its own. Plain data, stored as it stands; what it means and how it
// changes is in series_model.h and candidates.h.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_STATE_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_STATE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "daemon/detect/season.h"
#include "daemon/detect/short_float.h"

namespace gmewatch {

inline constexpr size_t kCandidatesMax = 3;
inline constexpr uint32_t kNoSeason = UINT32_MAX;

enum class SeriesPhase : uint8_t {
  kNew,    // has not been watched for long enough to be judged
  kQuiet,  // as expected
  kHabit,  // far above it, but it often is
  kLoop,   // farther above it than is its habit, but of few sessions
  kSpike,  // farther above it than is its habit
};

// A stretch of ticks at the end of the past: events, and what level and season said.
struct Stretch {
  float events;
  float base;
};

// Where a rise may have begun, the oldest first; each stretch ends where the next begins.
struct Candidates {
  std::array<Stretch, kCandidatesMax> stretches;
  std::array<uint16_t, kCandidatesMax> starts;  // the low bits of the tick
  ShortFloat vmr_before;                        // SeriesState::vmr when the oldest began
};

// While a spike or a loop lasts.
struct Rise {
  uint32_t start;         // the tick at which it began
  uint32_t quiet_since;   // the first tick of those that speak for its end
  float events;           // since it began
  float expected;         // the same
  float recent_events;    // fading, for "now"
  float recent_expected;  // the same
  float end_evidence;     // that it is over
  float score;            // the highest, in units of the threshold
};

struct SeriesState {
  uint32_t tick = 0;  // the last one that is reckoned in
  // Events a tick at season 1.
  float level = 0;
  // Events that come at once where the series is sparse (clumps.h).
  float clump = 1;
  // Fading counts of what came and what level and season said: the factor of these hours.
  float fast_events = 0;
  float fast_base = 0;
  // Variance-to-mean ratio of a tick; square of the relative error of an hour's expectation.
  float vmr = 0;
  float drift = 0;
  // Of the hour that runs.
  float hour_events = 0;
  float hour_expected = 0;
  // A bit for each of the sessions, folded to 32, since the oldest candidate.
  uint32_t sessions = 0;
  // Its habit: how often it rose (a fading count), and the mean logarithm of how far.
  ShortFloat rises;
  ShortFloat rise_size;
  ShortFloat uncounted;    // events of the candidates beyond what they are counted for
  ShortFloat level_hours;  // that the level was learned from
  union {
    Candidates candidates = {};  // kQuiet
    Rise rise;                   // kHabit, kLoop, kSpike
  };
  uint32_t season = kNoSeason;   // index of its own Season
  uint16_t hour_ticks : 15 = 0;  // watched, of the hour that runs
  uint16_t hour_rose : 1 = 0;    // some of it was a rise
  uint8_t season_hours = 0;      // since it has it; stays at 255
  uint8_t candidate_count : 3 = 0;
  bool suspect : 1 = false;        // much of the evidence for a rise is there
  bool counts_clumps : 1 = false;  // the candidates' events are clumps of the usual size
  SeriesPhase phase : 3 = SeriesPhase::kNew;
};
static_assert(sizeof(SeriesState) == 88 && sizeof(SeriesState) + sizeof(Season) <= 256);
static_assert(std::is_trivially_copyable_v<SeriesState>);

// Hours that the rhythm of the week is known from: those of its own season, else of the level.
inline float KnownHours(const SeriesState& state) {
  return state.season == kNoSeason ? float{state.level_hours}
                                   : static_cast<float>(state.season_hours);
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_STATE_H_
