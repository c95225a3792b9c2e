// A SpikeWatch over its own counters, with a clock that a test advances.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_DAEMON_SPIKE_WATCH_WORLD_H_
#define GMEWATCH_TESTS_DAEMON_SPIKE_WATCH_WORLD_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/spike_watch.h"
#include "tests/daemon/detect/detector_run.h"
#include "tests/support/random.h"

namespace gmewatch {

inline constexpr size_t kNetwork = 1;
inline constexpr size_t kBenign = 2;
inline constexpr absl::Duration kTick = absl::Seconds(10);

// Two places that count the codes 1005 and 1003 (benign), a clock, and a watch without its thread.
class World {
 public:
  explicit World(const DetectSettings& settings = StrictSettings())
      : clock(absl::FromUnixSeconds(int64_t{kFirstTick} * 10 + 3)), settings_(settings) {
    counters_ = NewCounters();
    watch = std::make_unique<SpikeWatch>(settings_, *counters_, clock);
  }

  void Count(size_t place, size_t slot, uint64_t events) {
    Cell* cell = counters_->mutable_place(place)->mutable_cell(slot);
    for (uint64_t i = 0; i < events; ++i) {
      cell->CountInTime({static_cast<uint64_t>(random_.Uniform() * 1e15), 0}, 1);
    }
  }
  void CountSuccesses(size_t place, uint32_t successes) {
    counters_->mutable_place(place)->CountSuccesses(successes, successes);
  }
  void CountPoisson(size_t place, size_t slot, double mean) {
    Count(place, slot, random_.Poisson(mean));
  }
  // Counts 1005 with these means in the two places, and ends the tick.
  void Tick(double first, double second) {
    CountPoisson(0, kNetwork, first);
    CountPoisson(1, kNetwork, second);
    clock.Advance(kTick);
    watch->RunOnce();
  }
  void Ticks(int ticks, double first, double second) {
    for (int i = 0; i < ticks; ++i) Tick(first, second);
  }

  // Replaces the watch by that of another process, with the same counts and the saved state.
  void Restart() {
    const SpikeWatch::Saved saved = watch->Save(false);
    watch.reset();
    std::unique_ptr<Counters> after = NewCounters();
    for (size_t place = 0; place < after->places(); ++place) {
      for (size_t slot = 0; slot < after->codes(); ++slot) {
        after->mutable_place(place)->mutable_cell(slot)->events.Add(
            counters_->place(place).cell(slot).events.value());
      }
    }
    counters_ = std::move(after);
    watch = std::make_unique<SpikeWatch>(settings_, *counters_, clock);
    watch->Load(saved.pages);
  }

  std::vector<std::string> Active() const { return ActiveSpikeTexts(*watch->Report()); }

  ManualClock clock;
  std::unique_ptr<SpikeWatch> watch;

 private:
  static std::unique_ptr<Counters> NewCounters() {
    auto counters = std::make_unique<Counters>();
    for (const int32_t code : {1005, 1003}) counters->AddCode(code, true);
    for (const char* region : {"eu", "us"}) counters->AddPlace({"shooter", region}, true);
    return counters;
  }

  const DetectSettings settings_;
  Random random_{61};
  std::unique_ptr<Counters> counters_;
};

template <typename Fn>
std::string Logged(Fn act) {
  testing::internal::CaptureStderr();
  act();
  return testing::internal::GetCapturedStderr();
}

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_SPIKE_WATCH_WORLD_H_
