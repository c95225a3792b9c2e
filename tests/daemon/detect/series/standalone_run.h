// A StandaloneDetector that is fed with random counts, and the spikes that it finds.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_DAEMON_DETECT_SERIES_STANDALONE_RUN_H_
#define GMEWATCH_TESTS_DAEMON_DETECT_SERIES_STANDALONE_RUN_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/detect/series/standalone_detector.h"
#include "tests/daemon/detect/series/model_run.h"
#include "tests/support/random.h"

namespace gmewatch {

inline constexpr int kDay = static_cast<int>(kTicksPerDay);
inline constexpr int kHour = static_cast<int>(kTicksPerHour);

using RateFn = std::function<double(int tick)>;

struct SpikeSeen {
  int found = 0;  // the first tick at which it was active
  int since = 0;
  int end = -1;  // the first tick after it; -1 while it is active
};

// Feeds Poisson counts to a detector, with successes or without. Ticks are numbered from 0.
class Play {
 public:
  explicit Play(uint64_t seed, const DetectSettings& settings = {})
      : detector_(settings, 1), counts_(seed) {}

  void Until(int end, const RateFn& rate) {
    for (; tick_ < end; ++tick_) {
      const uint64_t count = counts_.Poisson(rate(tick_));
      std::optional<uint64_t> successes;
      if (successes_) successes = counts_.Poisson(successes_(tick_));
      last_ = detector_.Observe(int64_t{kFirstTick} + tick_, count, successes);
      const int since = static_cast<int>(last_.since - kFirstTick);
      if (was_active_ && (!last_.active || since != spikes_.back().since)) {
        spikes_.back().end = tick_;
        was_active_ = false;
      }
      if (last_.active && !was_active_) spikes_.push_back({tick_, since});
      was_active_ = last_.active;
    }
  }
  void Until(int end, double rate) {
    Until(end, [rate](int) { return rate; });
  }

  // From now on ticks have this mean number of successes; null: they are not known.
  void SetSuccesses(RateFn successes) { successes_ = std::move(successes); }

  const std::vector<SpikeSeen>& spikes() const { return spikes_; }
  const Observation& last() const { return last_; }

 private:
  StandaloneDetector detector_;
  Random counts_;
  RateFn successes_;
  int tick_ = 0;
  Observation last_;
  bool was_active_ = false;
  std::vector<SpikeSeen> spikes_;
};

// Returns the only spike found from `begin` on; fails if there isn't exactly one.
inline SpikeSeen OnlySpike(const Play& play, int begin) {
  std::vector<SpikeSeen> later;
  for (const SpikeSeen& spike : play.spikes()) {
    if (spike.found >= begin) later.push_back(spike);
  }
  EXPECT_EQ(later.size(), 1U);
  return later.size() == 1 ? later[0] : SpikeSeen{};
}

inline DetectSettings Strict() {
  DetectSettings settings;
  settings.false_alarms_per_week = 0.05;  // so that no alarm is due to chance
  return settings;
}

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_DETECT_SERIES_STANDALONE_RUN_H_
