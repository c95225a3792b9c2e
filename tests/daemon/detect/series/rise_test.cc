#include "daemon/detect/series/rise.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

constexpr uint32_t kStart = 1000;
constexpr double kResolveTicks = 48;
constexpr double kRebaselineTicks = 8640;
constexpr double kTicksPerHour = 360;

// Follows a rise of which each tick is expected to have ten events.
class RiseRun {
 public:
  explicit RiseRun(double factor) : rise_(kStart, tick_, 20 * factor, 20, 1) {}

  void Add(double factor) {
    rise_.Count(static_cast<float>(10 * factor), 10, 0.99F);
    rise_.Test(static_cast<float>(10 * factor), 10, 1, ++tick_ + 1);
  }
  bool IsOver() const { return rise_.IsOver(tick_ + 1, kResolveTicks); }
  bool IsNewLevel() const { return rise_.IsNewLevel(tick_ + 1, kRebaselineTicks, kTicksPerHour); }
  const Rise& rise() const { return rise_; }

 private:
  uint32_t tick_ = kStart + 1;
  Rise rise_;
};

TEST(RiseTest, IsOverOnceItHasBeenBackForLong) {
  for (const double factor : {2.0, 8.0, 100.0}) {
    RiseRun run(factor);
    for (int tick = 0; tick < 100; ++tick) {
      run.Add(factor);
      ASSERT_TRUE(run.rise().IsHigh());
      ASSERT_FALSE(run.IsOver());
    }
    int ticks = 0;
    while (!run.IsOver()) {
      run.Add(1);
      ASSERT_LT(++ticks, 100) << factor;
      ASSERT_FALSE(run.rise().IsHigh());
    }
    EXPECT_GE(ticks, kResolveTicks) << factor;
  }
}

TEST(RiseTest, GoesOnIfItOnlyPaused) {
  RiseRun run(5);
  for (int tick = 0; tick < 100; ++tick) run.Add(5);
  for (int pause = 0; pause < 5; ++pause) {
    for (int tick = 0; tick < 40; ++tick) run.Add(1);
    for (int tick = 0; tick < 10; ++tick) run.Add(5);
    EXPECT_FALSE(run.IsOver());
    EXPECT_TRUE(run.rise().IsHigh());
  }
}

TEST(RiseTest, ASmallOneBecomesTheLevelAfterADay) {
  for (const double factor : {4.0, 6.0}) {
    RiseRun run(factor);
    int ticks = 2;
    while (!run.IsNewLevel()) {
      run.Add(factor);
      ASSERT_LT(++ticks, 200 * kTicksPerHour);
    }
    // Or after a week: it may be an outage.
    EXPECT_EQ(ticks, factor < 5 ? kRebaselineTicks : 168 * kTicksPerHour);
  }
}

TEST(RiseTest, KnowsItsFactorAndThatOfTheLastMinutes) {
  RiseRun run(2);
  for (int tick = 0; tick < 1000; ++tick) run.Add(2);
  for (int tick = 0; tick < 1000; ++tick) run.Add(6);
  EXPECT_NEAR(run.rise().factor(), 4, 0.01);
  EXPECT_NEAR(run.rise().recent_factor(), 6, 0.01);
  EXPECT_TRUE(run.rise().IsWithin(6, 1, 20));
  EXPECT_FALSE(run.rise().IsWithin(4, 1, 20));
}

TEST(RiseTest, KeepsItsHighestScore) {
  Rise rise(kStart, kStart + 1, 20, 10, 1.5);
  rise.Raise(1.2F);
  EXPECT_EQ(rise.score(), 1.5F);
  rise.Raise(3);
  EXPECT_EQ(rise.score(), 3);
}

}  // namespace
}  // namespace gmewatch
