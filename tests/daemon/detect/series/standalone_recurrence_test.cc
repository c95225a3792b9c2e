// Rises that come back: expected at their hour, and only then.
#include <gtest/gtest.h>

#include "tests/daemon/detect/series/standalone_run.h"

namespace gmewatch {
namespace {

constexpr int kAtTen = 10 * kHour;

// The rate rises by `factor` for an hour at ten o'clock of the third and fourth day; it is played
// up to ten o'clock of the fifth.
Play TwoDays(double rate, double factor) {
  Play play(41);
  for (int day = 2; day < 4; ++day) {
    play.Until(day * kDay + kAtTen, rate);
    play.Until(day * kDay + kAtTen + kHour, factor * rate);
  }
  play.Until(4 * kDay + kAtTen, rate);
  EXPECT_EQ(play.spikes().size(), 2U);
  return play;
}

TEST(StandaloneRecurrenceTest, TheThirdRiseAtItsHourIsExpected) {
  for (const double rate : {1.0, 10.0}) {
    for (const double factor : {3.0, 5.0}) {
      SCOPED_TRACE(testing::Message() << rate << " a tick, " << factor << " times");
      Play play = TwoDays(rate, factor);
      // It may come a quarter of an hour late.
      play.Until(4 * kDay + kAtTen + kHour / 4, rate);
      play.Until(4 * kDay + kAtTen + kHour * 5 / 4, factor * rate);
      play.Until(5 * kDay, rate);
      EXPECT_EQ(play.spikes().size(), 2U);
    }
  }
}

TEST(StandaloneRecurrenceTest, ThreeTimesWhatIsExpectedIsFound) {
  for (const double rate : {1.0, 10.0}) {
    for (const double factor : {3.0, 5.0}) {
      SCOPED_TRACE(testing::Message() << rate << " a tick, " << factor << " times");
      Play play = TwoDays(rate, factor);
      const int outage = 4 * kDay + kAtTen + kHour / 2;
      play.Until(outage, factor * rate);
      EXPECT_EQ(play.spikes().size(), 2U);
      play.Until(outage + kHour / 2, 3 * factor * rate);
      // The rate of the last minutes is measured, so it takes ten minutes or more.
      EXPECT_LE(OnlySpike(play, outage).found, outage + 120);
    }
  }
}

TEST(StandaloneRecurrenceTest, TheSameRiseAtAnotherHourIsFound) {
  for (const double rate : {1.0, 10.0}) {
    for (const double factor : {3.0, 5.0}) {
      SCOPED_TRACE(testing::Message() << rate << " a tick, " << factor << " times");
      Play play = TwoDays(rate, factor);
      const int outage = 4 * kDay + kAtTen + 3 * kHour;
      play.Until(outage, rate);
      play.Until(outage + kHour, factor * rate);
      EXPECT_LE(OnlySpike(play, 4 * kDay).found, outage + static_cast<int>(6 + 60 / rate));
    }
  }
}

TEST(StandaloneRecurrenceTest, ADailyOutageAtChangingHoursIsFoundEveryTime) {
  for (const double rate : {1.0, 10.0}) {
    Play play(42);
    for (int outages = 1; outages <= 20; ++outages) {
      SCOPED_TRACE(testing::Message() << rate << " a tick, the outage " << outages);
      const int begin = (outages + 1) * kDay + outages * 7 % 19 * kHour + outages * 11;
      play.Until(begin, rate);
      play.Until(begin + kHour, 10 * rate);
      EXPECT_LE(OnlySpike(play, begin).found, begin + 5);
    }
    EXPECT_EQ(play.spikes().size(), 20U);
  }
}

}  // namespace
}  // namespace gmewatch
