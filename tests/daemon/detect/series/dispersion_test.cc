#include "daemon/detect/series/dispersion.h"

#include <gtest/gtest.h>

#include "tests/support/random.h"

namespace gmewatch {
namespace {

constexpr double kKnownTicks = 10'000;

TEST(DispersionTest, LearnsTheVarianceOfSingleTicks) {
  for (const double vmr : {1.0, 2.0, 5.0}) {
    for (const double mean : {0.3, 5.0, 200.0}) {
      Random counts(7);
      Dispersion dispersion;
      for (int tick = 0; tick < 30'000; ++tick) {
        const uint64_t events = vmr > 1 ? counts.NegativeBinomial(mean, vmr) : counts.Poisson(mean);
        dispersion.Learn({.events = static_cast<double>(events), .expected = mean}, 0, kKnownTicks);
      }
      EXPECT_NEAR(dispersion.vmr() / vmr, 1, 0.15) << vmr << " at " << mean;
    }
  }
}

TEST(DispersionTest, ATickCountsWithTheSilentOnesBeforeIt) {
  Random counts(7);
  Dispersion alone;
  Dispersion together;
  double silent = 0;
  for (int tick = 0; tick < 200'000; ++tick) {
    const auto events = static_cast<double>(counts.NegativeBinomial(0.02, 3));
    alone.Learn({.events = events, .expected = 0.02}, 0, kKnownTicks);
    if (events == 0) {
      ++silent;
      continue;
    }
    together.Learn({.events = events,
                    .expected = 0.02,
                    .silent_expected = 0.02 * silent,
                    .silent_ticks = silent},
                   0, kKnownTicks);
    silent = 0;
  }
  EXPECT_NEAR(together.vmr() / alone.vmr(), 1, 0.1);
}

TEST(DispersionTest, ABurstRaisesItByALimitedFactor) {
  Dispersion dispersion;
  const float before = dispersion.vmr();
  dispersion.Learn({.events = 1e6, .expected = 1}, 0, 0);
  EXPECT_GT(dispersion.vmr(), before);
  EXPECT_LE(dispersion.vmr(), 1.5F * before);
}

TEST(DispersionTest, WhatTheExpectationIsWrongByIsNoDispersion) {
  Random counts(7);
  Dispersion dispersion;
  for (int tick = 0; tick < 30'000; ++tick) {
    // Ten percent off: a drift of 0.01.
    const auto events = static_cast<double>(counts.Poisson(tick % 2 == 0 ? 110 : 90));
    dispersion.Learn({.events = events, .expected = 100}, 0.01, kKnownTicks);
  }
  EXPECT_NEAR(dispersion.vmr(), 1, 0.1);
}

TEST(DispersionTest, IsRaisedInDoubtAfterTheFirstTicks) {
  // Twelve equal ticks of ten events.
  const Dispersion calm = Dispersion::OfFirstTicks(120, 1200, 12);
  EXPECT_EQ(calm.vmr(), 1);
  // Alternately 0 and 20.
  const Dispersion wild = Dispersion::OfFirstTicks(120, 2400, 12);
  EXPECT_GT(wild.vmr(), 10);
}

}  // namespace
}  // namespace gmewatch
