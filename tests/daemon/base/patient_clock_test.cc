#include "daemon/base/patient_clock.h"

#include <algorithm>

#include "gtest/gtest.h"

namespace gmewatch {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

class PatientClockTest : public ::testing::Test {
 protected:
  // The time passes in steps, as between two commits.
  void Pass(absl::Duration time) {
    for (; time > absl::ZeroDuration(); time -= absl::Seconds(5)) {
      machine_.Advance(std::min(time, absl::Seconds(5)));
      EXPECT_GE(clock_.Now(), last_) << "it went back";
      last_ = clock_.Now();
    }
  }
  void SetBy(absl::Duration by) { machine_.Set(machine_.Now() + by); }

  ManualClock machine_{kStart};
  PatientClock clock_{machine_};
  absl::Time last_ = absl::InfinitePast();
};

TEST_F(PatientClockTest, IsTheWallClockAsLongAsNobodySetsIt) {
  EXPECT_EQ(clock_.Now(), kStart);
  machine_.Advance(absl::Hours(30));
  EXPECT_EQ(clock_.Now(), kStart + absl::Hours(30));
  EXPECT_EQ(clock_.Monotonic(), absl::Hours(30));
}

TEST_F(PatientClockTest, AStepThatDoesNotLastHasNoEffect) {
  for (const absl::Duration by : {absl::Hours(25), -absl::Hours(3), absl::Hours(24 * 365 * 5)}) {
    const absl::Time right = machine_.Now();
    SetBy(by);
    Pass(PatientClock::kPatience - absl::Seconds(10));
    EXPECT_EQ(clock_.Now(), right + PatientClock::kPatience - absl::Seconds(10));
    SetBy(-by);
    Pass(absl::Hours(1));
    EXPECT_EQ(clock_.Now(), machine_.Now());
  }
}

TEST_F(PatientClockTest, AStepThatLastsIsTakenAsAWhole) {
  SetBy(absl::Hours(3));
  Pass(PatientClock::kPatience + absl::Seconds(5));
  EXPECT_EQ(clock_.Now(), machine_.Now());
  SetBy(-absl::Hours(2));
  Pass(PatientClock::kPatience);
  EXPECT_EQ(clock_.Now(), machine_.Now() + absl::Hours(2));
  machine_.Advance(absl::Seconds(5));
  EXPECT_EQ(clock_.Now(), machine_.Now());
}

TEST_F(PatientClockTest, AStepToAnotherTimeBeginsAnew) {
  SetBy(absl::Hours(3));
  Pass(PatientClock::kPatience - absl::Seconds(10));
  SetBy(absl::Hours(1));
  Pass(PatientClock::kPatience - absl::Seconds(10));
  EXPECT_EQ(clock_.Now(), machine_.Now() - absl::Hours(4));
  Pass(absl::Seconds(20));
  EXPECT_EQ(clock_.Now(), machine_.Now());
}

TEST_F(PatientClockTest, SmallDifferencesAreCorrectedWithoutAStepBack) {
  for (const absl::Duration by : {absl::Milliseconds(900), -absl::Milliseconds(900)}) {
    SetBy(by);
    Pass(absl::Seconds(5));
    EXPECT_EQ(clock_.Now(),
              machine_.Now() - by + (by > absl::ZeroDuration() ? 1 : -1) * absl::Milliseconds(500));
    Pass(absl::Seconds(5));
    EXPECT_EQ(clock_.Now(), machine_.Now());
  }
}

}  // namespace
}  // namespace gmewatch
