#include "daemon/triage/breakdowns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> ValuesOf(const v1::Breakdown& breakdown) {
  std::vector<std::string> values;
  for (const v1::Part& part : breakdown.parts()) values.push_back(part.value());
  return values;
}

TEST(BreakdownsTest, AreInOrderWithoutThoseOfWhichNothingIsKnown) {
  EXPECT_THAT(BreakdownsOf({}), IsEmpty());
  CodePast past;
  past.shares.platforms = {{"ios", 1, 1}};
  past.shares.sdk_versions = {{"2.9", 1, 1}};
  past.shares.app_versions = {{"1.0", 1, 1}};
  past.regions = {{"eu", 1, 1}};
  past.apps = {{"demo", 1, 1}};
  past.shares.sampled = true;
  const auto all = BreakdownsOf(past);
  ASSERT_EQ(all.size(), 5);
  const char* const expected[] = {"app", "region", "app_version", "sdk_version", "platform"};
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(all[i].dimension(), expected[i]);
    // Apps and regions are counted; the others may be estimated from samples.
    EXPECT_EQ(all[i].parts(0).sampled(), i >= 2) << expected[i];
  }
  past.regions.clear();
  EXPECT_EQ(BreakdownsOf(past)[1].dimension(), "app_version");
}

TEST(BreakdownsTest, PartsAreSharesTheLargestShiftFirstUpOrDown) {
  CodePast past;
  past.apps = {{"same", 20, 20}, {"risen", 60, 10}, {"fallen", 20, 70}};
  const v1::Breakdown apps = BreakdownsOf(past)[0];
  EXPECT_THAT(ValuesOf(apps), ElementsAre("risen", "fallen", "same"));
  EXPECT_EQ(apps.parts(0).events(), 60);
  EXPECT_DOUBLE_EQ(apps.parts(0).share(), 0.6);
  EXPECT_DOUBLE_EQ(apps.parts(0).share_before(), 0.1);
  double now = 0;
  double before = 0;
  for (const v1::Part& part : apps.parts()) {
    now += part.share();
    before += part.share_before();
  }
  EXPECT_DOUBLE_EQ(now, 1);
  EXPECT_DOUBLE_EQ(before, 1);
}

TEST(BreakdownsTest, WithoutAPastOrAPresentSharesAreZero) {
  CodePast past;
  past.apps = {{"b", 1, 0}, {"a", 3, 0}};
  past.regions = {{"eu", 0, 4}};
  const auto both = BreakdownsOf(past);
  EXPECT_THAT(ValuesOf(both[0]), ElementsAre("a", "b"));
  EXPECT_EQ(both[0].parts(0).share_before(), 0);
  EXPECT_EQ(both[1].parts(0).share(), 0);
  EXPECT_EQ(both[1].parts(0).share_before(), 1);
}

TEST(BreakdownsTest, CountedAddsUpTheDayTheMostFrequentFirst) {
  const auto counted = CountedOf({{"b", 2, 1}, {"rare", 1, 0}, {"a", 0, 3}, {"often", 5, 9}});
  std::vector<std::string> values;
  for (const v1::Counted& one : counted) values.push_back(one.value());
  EXPECT_THAT(values, ElementsAre("often", "a", "b", "rare"));
  EXPECT_EQ(counted[0].count(), 14);
}

}  // namespace
}  // namespace gmewatch
