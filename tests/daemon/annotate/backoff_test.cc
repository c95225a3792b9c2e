#include "daemon/annotate/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gmewatch {
namespace {

TEST(BackoffTest, DoublesUpToTheMaximumWithARandomPart) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    Backoff backoff(absl::Seconds(1), absl::Seconds(60), seed);
    absl::Duration bound = absl::Seconds(1);
    for (int i = 0; i < 10; ++i) {
      const absl::Duration pause = backoff.Next();
      EXPECT_GE(pause, bound / 2) << seed;
      EXPECT_LE(pause, bound) << seed;
      bound = std::min(2 * bound, absl::Seconds(60));
    }
  }
  EXPECT_NE(Backoff(absl::Seconds(1), absl::Seconds(60), 1).Next(),
            Backoff(absl::Seconds(1), absl::Seconds(60), 2).Next());
}

TEST(BackoffTest, StartsOverAfterASuccess) {
  Backoff backoff(absl::Seconds(1), absl::Seconds(60), 1);
  for (int i = 0; i < 5; ++i) backoff.Next();
  backoff.Reset();
  EXPECT_LE(backoff.Next(), absl::Seconds(1));
}

}  // namespace
}  // namespace gmewatch
