#include "client/src/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gmewatch::client {
namespace {

// The longest pause after this many failures in a row, over many clients.
absl::Duration LongestOf(int failures) {
  absl::Duration longest;
  for (uint32_t seed = 1; seed < 2000; ++seed) {
    Backoff backoff(absl::Seconds(1), absl::Seconds(8), seed * 2654435761U);
    absl::Duration pause;
    for (int i = 0; i < failures; ++i) pause = backoff.Next();
    EXPECT_GT(pause, absl::ZeroDuration());
    longest = std::max(longest, pause);
  }
  return longest;
}

TEST(BackoffTest, DoublesItsBoundUpToTheMaximum) {
  for (const auto& [failures, bound] : {std::pair(1, 1), {2, 2}, {3, 4}, {4, 8}, {9, 8}}) {
    EXPECT_LE(LongestOf(failures), absl::Seconds(bound));
    EXPECT_GT(LongestOf(failures), absl::Seconds(bound) * 0.95);
  }
}

TEST(BackoffTest, SpreadsOverTheWholeBound) {
  absl::Duration sum;
  for (uint32_t seed = 1; seed <= 1000; ++seed) {
    Backoff backoff(absl::Seconds(1), absl::Seconds(8), seed * 2654435761U);
    sum += backoff.Next();
  }
  EXPECT_NEAR(absl::ToDoubleSeconds(sum) / 1000, 0.5, 0.05);
}

TEST(BackoffTest, ReturnsToTheInitialBoundAfterReset) {
  Backoff backoff(absl::Seconds(1), absl::Hours(1), 7);
  for (int i = 0; i < 20; ++i) backoff.Next();
  backoff.Reset();
  EXPECT_LE(backoff.Next(), absl::Seconds(1));
}

TEST(BackoffTest, LongestIsNearTheMaximum) {
  Backoff backoff(absl::Seconds(1), absl::Seconds(8), 7);
  for (int i = 0; i < 100; ++i) {
    const absl::Duration pause = backoff.Longest();
    EXPECT_GE(pause, absl::Seconds(4));
    EXPECT_LE(pause, absl::Seconds(8));
  }
}

}  // namespace
}  // namespace gmewatch::client
