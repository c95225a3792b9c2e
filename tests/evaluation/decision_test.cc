#include "tests/evaluation/decision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gmewatch::detect_eval {
namespace {

TEST(DecisionTest, TheRatioIsThatOfANegativeBinomial) {
  EXPECT_EQ(CountLlr(5, 5, 2), 0);
  EXPECT_NEAR(CountLlr(20, 5, 1), 20 * std::log(4.0) - 15, 1e-9);
  EXPECT_NEAR(CountLlr(20, 5, 2), 20 * std::log(4.0) - 25 * std::log(2.5), 1e-9);
  EXPECT_GT(CountLlr(20, 5, 1), CountLlr(20, 5, 8));
}

TEST(DecisionTest, IsPassedWhenTheCountsAllowIt) {
  // ln(20 rows x 70 codes x 60,480 ticks) = 18.25; half as much again is 27.4.
  EXPECT_NEAR(Decision::Level(), 27.4, 0.05);
  // 3 a tick for an expected 1: 3 ln(3 / 1.3) - 1.7 = 0.809 a tick, so 34 ticks.
  Decision decision;
  int ticks = 1;
  while (!decision.Add(3, 1, 1)) ++ticks;
  EXPECT_EQ(ticks, 34);
  EXPECT_TRUE(decision.Add(0, 1, 1)) << "what is decided stays so";
  // A rise that comes late is found by the newest ticks.
  Decision late;
  for (int i = 0; i < 1'000; ++i) EXPECT_FALSE(late.Add(1, 1, 1));
  for (ticks = 1; !late.Add(3, 1, 1);) ++ticks;
  EXPECT_LE(ticks, 64);
  // Within the wandering nothing is decided.
  Decision never;
  for (int i = 0; i < 10'000; ++i) EXPECT_FALSE(never.Add(1.3, 1, 1));
}

}  // namespace
}  // namespace gmewatch::detect_eval
