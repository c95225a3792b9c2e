// allow(length): one class, and each promise has a short test
#include "daemon/detect/series/traffic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "tests/daemon/detect/series/model_run.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;

// One row, fed as Detector does it. Keeps the exposure of every tick of the hour.
class TrafficRun {
 public:
  explicit TrafficRun(uint32_t seconds = 10)
      : traffic(seconds), ticks_per_hour(3600 / seconds), next(kFirstTick / 360 * ticks_per_hour) {
    traffic.Resize(1);
  }

  // Returns the exposure of the ticks.
  float Tick(uint64_t successes, uint64_t errors = 0, uint32_t ticks = 1) {
    const uint32_t tick = next + ticks - 1;
    if (next != begin && tick / ticks_per_hour != (next - 1) / ticks_per_hour) {
      ratio = traffic.EndHour(0);
      exposures.clear();
    }
    traffic.Add(0, successes, errors);
    traffic.EndTick(tick, ticks, &begun);
    next += ticks;
    exposures.insert(exposures.end(), ticks, traffic.Now(0));
    return traffic.Now(0);
  }
  // Poisson counts. Returns the exposures.
  std::vector<float> Ticks(uint32_t count, double successes, double errors = 0) {
    std::vector<float> all;
    for (uint32_t i = 0; i < count; ++i) all.push_back(Tick(Some(successes), Some(errors)));
    return all;
  }
  std::vector<float> Hours(uint32_t count, double successes, double errors = 0) {
    return Ticks(count * ticks_per_hour, successes, errors);
  }
  uint64_t Some(double mean) { return mean > 0 ? counts.Poisson(mean) : 0; }

  Traffic traffic;
  Random counts{7};
  uint32_t ticks_per_hour;
  uint32_t next;  // the next tick
  const uint32_t begin = next;
  double ratio = 1;              // of the last EndHour
  std::vector<uint32_t> begun;   // rows, appended whenever one begins to have successes
  std::vector<float> exposures;  // of each tick of the hour
};

// As EXPECT_NEAR.
auto Near(double value, double off) {
  return testing::FloatNear(static_cast<float>(value), static_cast<float>(off));
}

float Mean(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += value;
  return static_cast<float>(sum / static_cast<double>(values.size()));
}

TEST(TrafficTest, ARowWithoutSuccessesHasAnExposureOfOne) {
  TrafficRun run;
  EXPECT_THAT(run.Hours(2, 0, 50), Each(1.0F));
  EXPECT_THAT(run.begun, IsEmpty());
  EXPECT_EQ(run.traffic.Usual(0), 1);
  EXPECT_EQ(run.traffic.Between(0, run.next - 100, run.next), 100);
}

TEST(TrafficTest, ExposureFollowsACrowd) {
  TrafficRun run;
  run.Hours(2, 1000, 20);
  // From the first tick of the crowd to the first one after it.
  EXPECT_THAT(run.Ticks(60, 5000, 100), Each(Near(5, 0.4)));
  EXPECT_THAT(run.Ticks(60, 1000, 20), Each(Near(1, 0.15)));
}

TEST(TrafficTest, ANightWithAHundredthOfTheDayHasAHundredthOfItsExposure) {
  TrafficRun run;
  for (int day = 0; day < 3; ++day) {
    run.Hours(12, 1000);
    run.Hours(12, 10);
  }
  // The mean is that of all hours: 505.
  EXPECT_THAT(run.Hours(1, 1000), Each(Near(1000 / 505.0, 0.5)));
  run.Hours(1, 10);
  EXPECT_NEAR(Mean(run.Hours(1, 10)), 10 / 505.0, 0.004);
}

TEST(TrafficTest, ASmallPlaceStaysNearItsUsualExposure) {
  for (const double rate : {0.03, 0.1, 0.5, 2.0}) {  // 0.03: an operation in five minutes
    SCOPED_TRACE(rate);
    TrafficRun run;
    run.Hours(48, rate);
    const std::vector<float> day = run.Hours(24, rate);
    EXPECT_THAT(day, Each(AllOf(Ge(0.1F), Le(4.5F))));
    EXPECT_NEAR(Mean(day), 1, 0.2);
    for (int i = 0; i < 200; ++i) {
      run.Ticks(1, rate);
      EXPECT_NEAR(run.traffic.Usual(0), 1, 0.9) << i;
    }
  }
}

TEST(TrafficTest, ErrorsStandForSuccessesThatAreMissing) {
  TrafficRun run;
  run.Hours(3, 1000, 20);
  // Half of the operations fail, then all.
  EXPECT_THAT(run.Ticks(30, 500, 520), Each(Near(1, 0.1)));
  EXPECT_THAT(run.Ticks(30, 0, 1020), Each(Near(1, 0.1)));
  EXPECT_THAT(run.Ticks(30, 0, 30), Each(Near(1, 0.1)));
}

// In an outage a tick without an error is no stop of the reports if errors came since the last
// success.
TEST(TrafficTest, RareErrorsStandForMissingSuccessesToo) {
  TrafficRun run;
  run.Hours(3, 100, 0.3);
  float sum = 0;
  for (int outage = 0; outage < 10; ++outage) {
    sum += Mean(run.Ticks(60, 0, 0.3));
    run.Ticks(200, 100, 0.3);
  }
  EXPECT_NEAR(sum / 10, 1, 0.3);
}

TEST(TrafficTest, TheErrorsOfALoopAddNothing) {
  TrafficRun run;
  run.Hours(3, 1000, 20);
  EXPECT_THAT(run.Ticks(180, 1000, 500'000), Each(Near(1, 0.15)));
  EXPECT_NEAR(run.traffic.Usual(0), 1, 0.1);
  run.Hours(1, 1000, 500'000);
  EXPECT_NEAR(run.Tick(1000, 20), 1, 0.1);
}

TEST(TrafficTest, TheErrorsOfALoopAddNothingToASmallPlace) {
  // In most ticks there are errors and no success.
  for (const double rate : {0.03, 0.2, 1.0, 5.0}) {
    SCOPED_TRACE(rate);
    TrafficRun run;
    run.Hours(24, rate, rate / 20);
    run.Hours(3, rate, 300);
    EXPECT_NEAR(Mean(run.Hours(24, rate, 300)), 1, 0.2);
    EXPECT_NEAR(Mean(run.Hours(24, rate, 0.3)), 1, 0.2);
  }
}

TEST(TrafficTest, ALoopInTheFirstTickWithSuccessesIsNotTakenForOperations) {
  TrafficRun run;
  run.Ticks(30, 0, 100'000);
  run.Ticks(30, 100, 100'000);
  EXPECT_THAT(run.begun, ElementsAre(0U));
  EXPECT_THAT(run.Ticks(30, 100, 2), Each(Near(1, 0.5)));
}

TEST(TrafficTest, TheFirstSuccessesGiveAnExposureNearOneWhateverTheRate) {
  for (const double rate : {0.1, 0.3, 1.0, 5.0, 1000.0}) {
    SCOPED_TRACE(rate);
    TrafficRun run;
    run.Hours(1, 0, 1);
    // As many ticks as have a thousand operations, so that small places are judged, too.
    const std::vector<float> first = run.Ticks(static_cast<uint32_t>(100 + 100 / rate), rate, 1);
    EXPECT_THAT(run.begun, ElementsAre(0U));
    EXPECT_NEAR(Mean(first), 1, 0.3);
  }
}

TEST(TrafficTest, TheTicksBeforeTheFirstSuccessesHaveAnExposureOfOne) {
  TrafficRun run;
  run.Ticks(180, 0, 5);
  run.Ticks(60, 200, 5);
  EXPECT_NEAR(run.traffic.Between(0, run.begin, run.begin + 180), 180, 6);
  EXPECT_NEAR(run.traffic.Between(0, run.begin, run.next), 240, 12);
}

TEST(TrafficTest, DataOfFiftyTicksThatComeTogetherAreTheOperationsOfFifty) {
  TrafficRun run;
  run.Hours(2, 100, 2);
  run.Ticks(50, 0);
  EXPECT_NEAR(run.Tick(5100, 102), 51, 4);
  // They are not what is usual from now on.
  EXPECT_THAT(run.Ticks(30, 100, 2), Each(Near(1, 0.35)));
}

// After a stop of all reports the operations are what they were before, in the first tick already.
TEST(TrafficTest, TheReturnAfterAStopHasItsUsualExposure) {
  struct Case {
    uint32_t seconds;
    uint64_t successes;  // a tick
  };
  for (const Case& c : {Case{10, 2}, {10, 5}, {10, 10}, {10, 1000}, {1, 2}, {1, 5}, {60, 20}}) {
    for (const uint32_t hours : {1U, 10U}) {
      SCOPED_TRACE(testing::Message() << c.successes << " a tick of " << c.seconds
                                      << " s, a stop of " << hours << " h");
      TrafficRun run(c.seconds);
      const auto rate = static_cast<double>(c.successes);
      run.Hours(5, rate);
      run.Ticks(run.ticks_per_hour * hours, 0);
      // While nothing is reported next to no errors are expected.
      EXPECT_LT(run.traffic.Now(0), 0.05);
      const float first = run.Tick(c.successes);
      EXPECT_GT(first, 0.6);
      EXPECT_LT(first, 1.7);
      EXPECT_NEAR(Mean(run.Ticks(30, rate)), 1, 0.35);
    }
  }
}

TEST(TrafficTest, TicksThatWereCountedTogetherShareTheirOperations) {
  TrafficRun run;
  run.Hours(2, 100, 2);
  run.Ticks(60, 100, 2);
  EXPECT_NEAR(run.Tick(3000, 60, 30), 1, 0.05);
  EXPECT_NEAR(run.traffic.Between(0, run.next - 30, run.next), 30, 6);
  EXPECT_NEAR(run.Tick(9000, 180, 30), 3, 0.1);
  EXPECT_NEAR(run.traffic.Between(0, run.next - 30, run.next), 90, 18);
  EXPECT_NEAR(run.traffic.Between(0, run.next - 30, run.next - 15), 45, 18);
  // Also if they begin in the hour before.
  while (run.next % run.ticks_per_hour != run.ticks_per_hour - 50) run.Ticks(1, 100, 2);
  EXPECT_NEAR(run.Tick(6000, 120, 60), 1, 0.05);
  run.Ticks(20, 100, 2);
  EXPECT_NEAR(run.traffic.Between(0, run.next - 80, run.next), 80, 12);
  EXPECT_NEAR(run.traffic.Between(0, run.next - 80, run.next - 20), 60, 12);
}

TEST(TrafficTest, BetweenIsTheSumOfTheExposuresToWithinAMinute) {
  for (const uint32_t seconds : {1U, 10U, 60U, 300U}) {
    SCOPED_TRACE(testing::Message() << "ticks of " << seconds << " s, seed 11");
    TrafficRun run(seconds);
    Random random(11);
    run.Hours(1, 100 * seconds);
    const uint32_t ticks_a_minute = std::max(1U, 60 / seconds);
    for (int i = 0; i < 3000; ++i) {
      // The operations change by the minute, up to a hundredfold.
      const double level = std::exp2(random.Uniform(-3, 3.6));
      for (uint32_t k = 0; k < ticks_a_minute && i < 180; ++k) run.Ticks(1, 100 * seconds * level);
      const auto size = static_cast<int64_t>(run.exposures.size());
      const int64_t from = random.Integer(0, size - 1);
      const int64_t to = random.Integer(from + 1, size);
      double sum = 0;
      for (int64_t k = from; k < to; ++k) sum += run.exposures[static_cast<size_t>(k)];
      // Ends within a minute are interpolated; a minute of a tick or more is exact.
      const auto near = [&](int64_t at) {
        const int64_t low = std::max<int64_t>(0, at - ticks_a_minute);
        const int64_t high = std::min<int64_t>(size, at + ticks_a_minute);
        return *std::max_element(run.exposures.begin() + low, run.exposures.begin() + high);
      };
      const double off =
          seconds >= 60 ? 0 : ticks_a_minute / 2.0 * (near(from) + near(to - 1)) * 0.2;
      const uint32_t start = run.next - static_cast<uint32_t>(size);
      EXPECT_NEAR(run.traffic.Between(0, start + static_cast<uint32_t>(from),
                                      start + static_cast<uint32_t>(to)),
                  sum, off + 1e-3 * (1 + sum))
          << from << " to " << to << " of " << size;
    }
  }
}

TEST(TrafficTest, EndHourSaysByWhichTheMeanHasChanged) {
  TrafficRun run;
  double mean = 0;
  for (const uint64_t rate : {100U, 300U, 20U}) {
    for (uint32_t i = 0; i < run.ticks_per_hour; ++i) run.Tick(rate);
  }
  run.Tick(100);
  mean = run.traffic.rows()[0].mean;
  EXPECT_NEAR(mean, (100 + 300 + 20) / 3.0, 0.01);
  EXPECT_NEAR(run.ratio, mean / 200, 1e-3);
  EXPECT_NEAR(run.traffic.Now(0), 100 / mean, 0.1);
  // The exposure changes in the other direction, so that what is expected stays.
  while (run.next % run.ticks_per_hour != 0) run.Tick(100);
  const float before = run.traffic.Now(0);
  const double ratio = run.traffic.EndHour(0);
  EXPECT_NEAR(run.traffic.Now(0) * ratio, before, 1e-4);
}

TEST(TrafficTest, TheMeanIsThatOfAWeek) {
  TrafficRun run(300);
  // Whatever the hours of a day are, the mean is that of the day.
  for (int hour = 0; hour < 24 * 14; ++hour) run.Hours(1, hour % 24 < 8 ? 100 : 1000);
  EXPECT_NEAR(run.traffic.rows()[0].mean, 700, 40);
  // An hour weighs as a week's 169th part.
  const float before = run.traffic.rows()[0].mean;
  for (int i = 0; i < 12; ++i) run.Tick(70'000);
  run.Tick(700);
  EXPECT_NEAR(run.traffic.rows()[0].mean - before, (70'000 - 700) / 169.0, 20);
  run.Hours(24 * 7 * 4, 7000);
  EXPECT_NEAR(run.traffic.rows()[0].mean, 7000, 300);
}

TEST(TrafficTest, AMeanThatWasAbsurdIsCorrectedByTheFirstHour) {
  TrafficRun run;
  run.Tick(1'000'000'000'000);
  run.Tick(1);
  run.traffic.EndHour(0);
  run.Hours(3, 1);
  EXPECT_GT(run.traffic.rows()[0].mean, 0);
  EXPECT_TRUE(std::isfinite(run.traffic.Now(0)));
}

TEST(TrafficTest, SuccessesThatStopWhileErrorsGoOnAreReportedNoMoreAfterAnHour) {
  TrafficRun run;
  run.Hours(3, 100, 5);
  EXPECT_NEAR(run.traffic.rows()[0].mean, 100, 10);
  EXPECT_THAT(run.Hours(1, 0, 30), Each(Near(1, 0.1)));
  run.begun.clear();
  run.Tick(0, 5);
  EXPECT_EQ(run.ratio, 0);
  EXPECT_EQ(run.traffic.rows()[0].mean, 0);
  EXPECT_NEAR(run.Tick(0, 5), 1, 0.1);
  // They may come again.
  run.Ticks(20, 1000, 50);
  EXPECT_THAT(run.begun, ElementsAre(0U));
  EXPECT_NEAR(run.Tick(1000, 50), 1, 0.2);
}

TEST(TrafficTest, AnOutageOfLessThanAnHourAndAStopOfAllReportsLoseNothing) {
  TrafficRun run;
  run.Hours(3, 100, 5);
  run.Ticks(200, 0, 5);
  run.Ticks(160, 100, 5);
  run.Hours(5, 0);
  run.Ticks(1, 100);
  EXPECT_THAT(run.begun, ElementsAre(0U));
  EXPECT_GT(run.traffic.rows()[0].mean, 50);
}

TEST(TrafficTest, ASmallPlaceHasHoursWithoutASuccess) {
  TrafficRun run;
  run.Hours(48, 0.1);
  ASSERT_THAT(run.begun, ElementsAre(0U));
  run.Hours(5, 0, 0.05);
  EXPECT_GT(run.traffic.rows()[0].mean, 0.05);
}

// Successes may stop in the evening, when there are three times as many operations as on the mean:
// errors go on as they were, so what is expected of them must not fall to a third.
TEST(TrafficTest, TheExposureStaysWhatItWasWhenSuccessesAreReportedNoMore) {
  TrafficRun run;
  for (int day = 0; day < 3; ++day) {
    run.Hours(18, 100, 5);
    run.Hours(6, 700, 35);
  }
  run.Hours(18, 100, 5);
  run.Hours(3, 700, 35);
  const float evening = run.traffic.Now(0);
  EXPECT_NEAR(evening, 2.8, 0.4);
  run.Hours(1, 0, 35);
  run.begun.clear();
  EXPECT_NEAR(run.Tick(0, 35), evening, 0.4);
  EXPECT_EQ(run.ratio, 0);
  EXPECT_NEAR(run.traffic.Between(0, run.next - 1, run.next), evening, 0.4);
  // It stays when they come again.
  run.Ticks(20, 700, 35);
  EXPECT_THAT(run.begun, ElementsAre(0U));
  EXPECT_NEAR(run.Tick(700, 35), evening, 0.5);
}

TEST(TrafficTest, RestoreGoesOnWithTheSameExposures) {
  for (const double rate : {0.1, 5.0, 1000.0}) {
    SCOPED_TRACE(rate);
    TrafficRun run;
    run.Hours(5, rate, rate / 20);
    run.Ticks(123, 3 * rate, rate / 20);
    TrafficRun other;
    other.traffic.Restore(run.traffic.rows(), run.next - 1);
    other.next = run.next;
    other.ratio = run.ratio;
    EXPECT_EQ(other.traffic.Now(0), run.traffic.Now(0));
    EXPECT_EQ(other.traffic.Usual(0), run.traffic.Usual(0));
    for (const uint32_t back : {123U, 100U, 7U}) {
      EXPECT_EQ(other.traffic.Between(0, run.next - back, run.next - 5),
                run.traffic.Between(0, run.next - back, run.next - 5));
    }
    // The rest of this hour and the next one, with a second row that is added meanwhile.
    other.traffic.Resize(2);
    for (int i = 0; i < 400; ++i) {
      const uint64_t successes = run.Some(rate);
      const uint64_t errors = run.Some(rate / 20);
      ASSERT_EQ(other.Tick(successes, errors), run.Tick(successes, errors)) << i;
      ASSERT_EQ(other.traffic.Now(1), 1);
      ASSERT_EQ(other.ratio, run.ratio);
    }
  }
}

// Whatever is counted, in whatever ticks, an exposure is a positive number.
// NOLINTNEXTLINE(readability-function-*): each EXPECT in the loops counts as a branch
TEST(TrafficTest, AnExposureIsAPositiveNumberUnderAnyCounts) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    const uint32_t seconds[] = {1, 7, 10, 60, 300, 3600};
    const uint32_t length = seconds[seed % 6];
    const double ticks_per_hour = 3600.0 / length;
    Traffic traffic(length);
    traffic.Resize(3);
    auto tick = static_cast<uint32_t>(1.4e9 / length);
    // A count of nothing, of some, or of as many as a batch may have, for a stretch of ticks.
    const auto count = [&random](double kind) -> uint64_t {
      if (kind < 0.4) return 0;
      if (kind < 0.7) return random.Poisson(0.3);
      if (kind < 0.95) return random.Poisson(1000);
      return static_cast<uint64_t>(random.Integer(0, 1'000'000'000'000));
    };
    double kinds[2] = {0.8, 0.8};
    for (int i = 0; i < 4000; ++i) {
      if (random.Uniform() < 0.02) kinds[0] = random.Uniform();
      if (random.Uniform() < 0.02) kinds[1] = random.Uniform();
      const auto ticks =
          static_cast<uint32_t>(random.Uniform() < 0.05 ? random.Integer(1, 500) : 1);
      const auto skipped =
          static_cast<uint32_t>(random.Uniform() < 0.01 ? random.Integer(1, 99) : 0);
      const uint32_t next = tick + skipped + ticks;
      const auto hour_of = [&](uint32_t of) { return std::floor(of / ticks_per_hour); };
      if (hour_of(next) != hour_of(tick)) {
        for (uint32_t row = 0; row < 3; ++row) {
          const double ratio = traffic.EndHour(row);
          ASSERT_TRUE(std::isfinite(ratio) && ratio >= 0) << ratio << " at " << i;
        }
      }
      tick = next;
      for (uint32_t row = 0; row < 2; ++row) traffic.Add(row, count(kinds[0]), count(kinds[1]));
      std::vector<uint32_t> begun;
      traffic.EndTick(tick, ticks, &begun);
      // Between is asked for spans that end before the ticks counted last, and lie in their hour.
      const double of_hour = std::fmod(tick, ticks_per_hour);
      const auto back = static_cast<uint32_t>(random.Integer(0, static_cast<int64_t>(of_hour)));
      for (uint32_t row = 0; row < 3; ++row) {
        for (const float exposure :
             {traffic.Now(row), traffic.Usual(row), traffic.Between(row, tick - back, tick + 1)}) {
          ASSERT_TRUE(std::isfinite(exposure) && exposure >= 0) << exposure << " at " << i;
        }
        ASSERT_GT(traffic.Now(row), 0) << i;
        ASSERT_GT(traffic.Between(row, tick - back, tick + 1), 0) << i;
      }
      if (random.Uniform() < 0.01) traffic.Restore(std::vector<Traffic::Row>(traffic.rows()), tick);
    }
  }
}

}  // namespace
}  // namespace gmewatch
