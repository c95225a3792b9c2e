#include "daemon/base/clock.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

TEST(ManualClockTest, StandsStillUntilAdvanced) {
  const absl::Time start = absl::FromUnixSeconds(1'700'000'000);
  ManualClock clock(start);
  EXPECT_EQ(clock.Now(), start);
  EXPECT_EQ(clock.Now(), start);
  EXPECT_EQ(clock.Monotonic(), absl::ZeroDuration());
}

TEST(ManualClockTest, AdvancesBothTimes) {
  const absl::Time start = absl::FromUnixSeconds(1'700'000'000);
  ManualClock clock(start);
  clock.Advance(absl::Seconds(3));
  clock.Advance(absl::Milliseconds(5));
  EXPECT_EQ(clock.Now(), start + absl::Milliseconds(3005));
  EXPECT_EQ(clock.Monotonic(), absl::Milliseconds(3005));
}

TEST(RealClockTest, MonotonicNeverGoesBack) {
  RealClock clock;
  absl::Duration last = clock.Monotonic();
  for (int i = 0; i < 1000; ++i) {
    const absl::Duration now = clock.Monotonic();
    EXPECT_GE(now, last);
    last = now;
  }
}

TEST(RealClockTest, NowIsInThisEra) {
  RealClock clock;
  EXPECT_GT(clock.Now(), absl::FromUnixSeconds(1'700'000'000));
}

}  // namespace
}  // namespace gmewatch
