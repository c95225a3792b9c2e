#include "daemon/gmectl/tick_grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace gmewatch {
namespace {

constexpr uint32_t kSeed = 20261124;

absl::Time At(double seconds) { return absl::UnixEpoch() + absl::Seconds(seconds); }

// `rows` times, one step apart from `begin` on, each shifted by at most `jitter` of a step.
std::vector<absl::Time> Times(double begin, double step, double jitter, int rows) {
  std::mt19937 random(kSeed);
  std::vector<absl::Time> times;
  for (int row = 0; row < rows; ++row) {
    const double part = static_cast<double>(random()) / 4294967296.0;
    times.push_back(At(begin + step * (row + jitter * (2 * part - 1))));
  }
  return times;
}

TEST(FindStepTest, FindsTheStepThroughJitterAndGaps) {
  SCOPED_TRACE(kSeed);
  struct Row {
    double step;
    double jitter;
  };
  for (const Row& row : {Row{1, 0}, Row{7, 0}, Row{2.5, 0}, Row{3600, 0}, Row{10, 0.1},
                         Row{60, 0.3}, Row{300, 0.4}, Row{3600, 0.2}}) {
    const auto found = FindStep(Times(1e9, row.step, row.jitter, 256));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(*found, absl::Seconds(row.step));
  }
  std::vector<absl::Time> gaps;
  for (int row = 0; row < 90; ++row) {
    if (row % 4 != 1 && row % 7 != 2) gaps.push_back(At(47 * row));
  }
  EXPECT_EQ(FindStep(gaps).value(), absl::Seconds(47));
}

TEST(FindStepTest, SaysIfThereIsNoStep) {
  for (const auto& times :
       {Times(0, 10, 0, 1), Times(0, 0.5, 0, 9), Times(0, 7200, 0, 9), Times(0, 47, 0.1, 256)}) {
    EXPECT_TRUE(absl::IsInvalidArgument(FindStep(times).status()));
  }
}

TEST(TickGridTest, GivesEachJitteredRowItsOwnTick) {
  SCOPED_TRACE(kSeed);
  // The grid may be anywhere, and the first rows jitter like the others.
  for (const double begin : {1e9, 1e9 + 149, 1e9 + 151, 1e9 + 299.9}) {
    const std::vector<absl::Time> times = Times(begin, 300, 0.4, 5000);
    const TickGrid grid(absl::Minutes(5), absl::MakeSpan(times).first(256));
    for (size_t row = 1; row < times.size(); ++row) {
      ASSERT_EQ(grid.TickAt(times[row]), grid.TickAt(times[row - 1]) + 1) << begin << " " << row;
    }
    EXPECT_EQ(grid.TickAt(grid.TimeOf(3'400'000)), 3'400'000);
    // Tick numbers stay aligned to 1970, so that they give the right hour of the week.
    EXPECT_LE(absl::AbsDuration(grid.TimeOf(3'400'000) - At(3'400'000 * 300.0)),
              absl::Seconds(150));
  }
}

TEST(TickGridTest, TicksOfExactRowsAreExact) {
  const TickGrid grid(absl::Seconds(10), Times(1'424'986'000, 10, 0, 50));
  EXPECT_EQ(grid.TickAt(At(1'424'986'000)), 142'498'600);
  EXPECT_EQ(grid.TimeOf(142'498'600), At(1'424'986'000));
  EXPECT_EQ(grid.TickAt(At(1'424'986'004.9)), 142'498'600);
  EXPECT_EQ(grid.TickAt(At(1'424'986'005.1)), 142'498'601);
}

}  // namespace
}  // namespace gmewatch
