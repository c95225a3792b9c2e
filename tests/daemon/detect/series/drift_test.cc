#include "daemon/detect/series/drift.h"

#include <gtest/gtest.h>

#include "tests/support/random.h"

namespace gmewatch {
namespace {

TEST(DriftTest, LearnsHowFarHoursAreOff) {
  for (const double off : {0.05, 0.3}) {
    Random counts(7);
    Drift drift;
    for (int hour = 0; hour < 3000; ++hour) {
      const double rate = 1000 * (hour % 2 == 0 ? 1 + off : 1 - off);
      drift.Learn(static_cast<double>(counts.Poisson(rate)), 1000, 1, 200);
    }
    EXPECT_NEAR(drift.squared() / (off * off), 1, 0.3) << off;
  }
}

TEST(DriftTest, ChanceIsNoDrift) {
  Random counts(7);
  Drift drift;
  for (int hour = 0; hour < 3000; ++hour) {
    drift.Learn(static_cast<double>(counts.Poisson(1000)), 1000, 1, 200);
  }
  EXPECT_LT(drift.squared(), 5e-4);
}

TEST(DriftTest, AnHourWithFewEventsSaysLittle) {
  Drift drift;
  const float before = drift.squared();
  for (int hour = 0; hour < 100; ++hour) drift.Learn(hour % 2 == 0 ? 0 : 2, 1, 1, 200);
  for (int hour = 0; hour < 10; ++hour) drift.Learn(4, 1, 1, 200);
  EXPECT_NEAR(drift.squared() / before, 1, 0.5);
}

TEST(DriftTest, AnOutlierIsClipped) {
  Drift drift;
  drift.Learn(1e6, 1000, 1, 200);
  EXPECT_LT(drift.squared(), 0.2);
  EXPECT_TRUE(drift.IsSound());
}

TEST(DriftTest, TheErrorGrowsForAnHourUntilTheRhythmIsKnown) {
  const Drift drift;
  const ExpectationError known = drift.Error(0.01, 360, true);
  EXPECT_EQ(known.After(0), known.After(1000));
  EXPECT_GT(known.now, 0.01);
  const ExpectationError unknown = drift.Error(0.01, 360, false);
  EXPECT_EQ(unknown.After(0), known.now);
  EXPECT_NEAR(unknown.After(180) - known.now, 0.015, 1e-6);
  EXPECT_NEAR(unknown.After(360) - known.now, 0.03, 1e-6);
  EXPECT_EQ(unknown.After(1000), unknown.After(360));
}

}  // namespace
}  // namespace gmewatch
