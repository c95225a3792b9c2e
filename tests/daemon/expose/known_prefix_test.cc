#include "daemon/expose/known_prefix.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

constexpr absl::Duration kSpan = absl::Minutes(2);

TEST(KnownPrefixTest, KnowsWhatWasSeenLongEnoughAgo) {
  KnownPrefix prefix;
  prefix.Saw({3, 1}, absl::Seconds(0), kSpan);
  prefix.Saw({3, 2}, absl::Seconds(60), kSpan);
  prefix.Advance(absl::Seconds(-1));
  EXPECT_EQ(prefix.known().places, 0U);
  prefix.Advance(absl::Seconds(0));
  EXPECT_EQ(prefix.known().places, 3U);
  EXPECT_EQ(prefix.known().codes, 1U);
  prefix.Advance(absl::Seconds(60));
  EXPECT_EQ(prefix.known().codes, 2U);
}

TEST(KnownPrefixTest, IsAtMostATwelfthLateHoweverManyAreSeen) {
  KnownPrefix prefix;
  for (int second = 0; second < 3600; ++second) {
    const absl::Duration now = absl::Seconds(second);
    prefix.Advance(now - kSpan);
    const int seen = second - 120;  // the table had second + 1 rows at that second
    EXPECT_LE(static_cast<int>(prefix.known().places), std::max(0, seen + 1)) << second;
    EXPECT_GE(static_cast<int>(prefix.known().places), seen - 10) << second;
    prefix.Saw({static_cast<size_t>(second) + 1, 1}, now, kSpan);
  }
}

TEST(KnownPrefixTest, AnEarlierSightingThatIsToldLaterIsNotBelieved) {
  KnownPrefix prefix;
  prefix.Saw({2, 1}, absl::Seconds(50), kSpan);
  prefix.Saw({1, 1}, absl::Seconds(10), kSpan);
  prefix.Advance(absl::Seconds(10));
  EXPECT_EQ(prefix.known().places, 0U);
}

TEST(KnownPrefixTest, RaiseDropsWhatItCovers) {
  KnownPrefix prefix;
  prefix.Saw({5, 2}, absl::Seconds(0), kSpan);
  prefix.Raise({5, 2});
  EXPECT_EQ(prefix.known().places, 5U);
  prefix.Raise({1, 1});
  EXPECT_EQ(prefix.known().places, 5U);
}

}  // namespace
}  // namespace gmewatch
