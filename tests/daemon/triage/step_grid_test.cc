#include "daemon/triage/step_grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gmewatch {
namespace {

using ::testing::ElementsAre;

constexpr int64_t kStart = 28'000'000 * int64_t{60};

TEST(StepGridTest, CountsByStepAndDropsTheOldest) {
  StepGrid grid(60, 3);
  for (int step = 0; step < 4; ++step) {
    grid.MoveTo(kStart + int64_t{60} * step);
    grid.Add(0, 1 + static_cast<uint64_t>(step));
  }
  grid.Add(0, 10);
  const StepCounts counts = grid.Last(0, 3);
  EXPECT_EQ(counts.start_s, kStart + 60);
  EXPECT_EQ(counts.step_s, 60);
  EXPECT_THAT(counts.events, ElementsAre(2, 3, 14));
  EXPECT_THAT(counts.missing, ElementsAre(false, false, false));
  EXPECT_EQ(grid.Sum(0, 2), 17U);
  EXPECT_EQ(grid.Sum(0, 100), 19U);
  EXPECT_EQ(grid.At(0, 1), 3U);
}

TEST(StepGridTest, SkippedStepsAreMissingAndNotZero) {
  StepGrid grid(60, 5);
  grid.MoveTo(kStart);
  grid.Add(0, 7);
  grid.MoveTo(kStart + 180);
  EXPECT_THAT(grid.Last(0, 5).missing, ElementsAre(true, false, true, true, false));
  EXPECT_THAT(grid.Last(0, 5).events, ElementsAre(0, 7, 0, 0, 0));
}

TEST(StepGridTest, AGapLongerThanTheGridLeavesNothing) {
  StepGrid grid(60, 3);
  grid.MoveTo(kStart);
  grid.Add(0, 7);
  grid.MoveTo(kStart + int64_t{60} * 1000);
  EXPECT_EQ(grid.Sum(0, 3), 0U);
  EXPECT_THAT(grid.Last(0, 3).missing, ElementsAre(true, true, false));
}

TEST(StepGridTest, SeriesShareOnlyTheSteps) {
  StepGrid grid(900, 4);
  grid.MoveTo(kStart);
  grid.Add(5, 3);
  EXPECT_EQ(grid.Sum(5, 4), 3U);
  EXPECT_EQ(grid.Sum(4, 4), 0U);
  EXPECT_EQ(grid.Sum(99, 4), 0U);
}

TEST(StepGridTest, AnEarlierTimeChangesNothing) {
  StepGrid grid(60, 3);
  grid.MoveTo(kStart);
  grid.Add(0, 7);
  grid.MoveTo(kStart - 600);
  grid.Add(0, 1);
  EXPECT_EQ(grid.At(0, 0), 8U);
}

}  // namespace
}  // namespace gmewatch
