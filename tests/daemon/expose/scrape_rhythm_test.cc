#include "daemon/expose/scrape_rhythm.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace gmewatch {
namespace {

// Whether scrapes at these seconds are even, with a span of two minutes.
bool IsEven(std::initializer_list<double> seconds) {
  ScrapeRhythm rhythm;
  for (const double at : seconds) rhythm.Add(absl::Seconds(at), absl::Minutes(2));
  return rhythm.IsEven();
}

TEST(ScrapeRhythmTest, OneIntervalIsEvenOnceItIsKnown) {
  EXPECT_FALSE(IsEven({}));
  EXPECT_FALSE(IsEven({0}));
  EXPECT_FALSE(IsEven({0, 5, 10}));
  EXPECT_TRUE(IsEven({0, 5, 10, 15}));
  EXPECT_TRUE(IsEven({0, 5.4, 10, 15.2}));
  EXPECT_TRUE(IsEven({0, 600, 1200, 1800}));
}

TEST(ScrapeRhythmTest, TwoScrapersOfOneNameAreUneven) {
  EXPECT_FALSE(IsEven({0, 5, 7, 10, 15}));
  EXPECT_FALSE(IsEven({0, 3, 15, 18, 30, 33}));
  EXPECT_FALSE(IsEven({0, 0.1, 5, 10, 15}));
}

TEST(ScrapeRhythmTest, AnUnevenIntervalIsRememberedForTheSpan) {
  ScrapeRhythm rhythm;
  rhythm.Add(absl::Seconds(-3), absl::Minutes(2));
  for (int second = 0; second < 120; second += 5) {
    rhythm.Add(absl::Seconds(second), absl::Minutes(2));
    EXPECT_FALSE(rhythm.IsEven()) << second;
  }
  for (int second = 120; second < 400; second += 5) {
    rhythm.Add(absl::Seconds(second), absl::Minutes(2));
  }
  EXPECT_TRUE(rhythm.IsEven());
}

}  // namespace
}  // namespace gmewatch
