#include "daemon/triage/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/daemon/triage/counted_world.h"

namespace gmewatch {
namespace {

using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

std::map<std::string, uint64_t> NowOf(const std::vector<Share>& shares) {
  std::map<std::string, uint64_t> out;
  for (const Share& share : shares) out[share.value] = share.now;
  return out;
}

TEST(TriageMemoryTest, CountsTheLastMinutesHourAndDay) {
  CountedWorld world;
  world.Count(CountedWorld::From("shooter", "eu"), {{1005, 60}});
  world.Pass(absl::Minutes(3));
  world.Count(CountedWorld::From("shooter", "us"), {{1005, 6}, {10001, 1}, {kSuccessCode, 50}});
  world.Pass(absl::Seconds(30));
  CodeNumbers numbers = world.Numbers(1005);
  EXPECT_EQ(numbers.events_5m, 66U);
  EXPECT_EQ(numbers.events_1h, 66U);
  EXPECT_EQ(numbers.events_24h, 66U);
  EXPECT_EQ(numbers.events_total, 66U);
  EXPECT_EQ(numbers.sessions_total, 2U);
  EXPECT_THAT(numbers.rate, DoubleNear(0.1, 1e-9));
  world.Pass(absl::Minutes(10));
  EXPECT_EQ(world.Numbers(1005).events_5m, 0U);
  EXPECT_EQ(world.Numbers(1005).rate, 0);
  world.Pass(absl::Hours(1));
  EXPECT_EQ(world.Numbers(1005).events_1h, 0U);
  EXPECT_EQ(world.Numbers(1005).events_24h, 66U);
  world.Pass(absl::Hours(24));
  EXPECT_EQ(world.Numbers(1005).events_24h, 0U);
  EXPECT_EQ(world.Numbers(1005).events_total, 66U);
}

TEST(TriageMemoryTest, TheRateCoversTheLastMinuteAtEveryMoment) {
  CountedWorld world;
  for (int i = 0; i < 40; ++i) {
    world.Count(CountedWorld::From("shooter", "eu"), {{1005, 20}});
    world.Pass(absl::Seconds(10));
    EXPECT_THAT(world.Numbers(1005).rate, DoubleNear(2, 0.4)) << i;
  }
}

TEST(TriageMemoryTest, LateEventsAreInTheTotalsOnly) {
  CountedWorld world;
  world.Count(CountedWorld::From("shooter", "eu"), {{1005, 60}}, /*late=*/true);
  world.Pass(absl::Seconds(10));
  EXPECT_EQ(world.Numbers(1005).events_5m, 0U);
  EXPECT_EQ(world.Numbers(1005).events_total, 60U);
  EXPECT_EQ(world.memory.Recent().late, 60U);
  EXPECT_EQ(world.memory.Recent().counted, 60U);
  const CodePast past = world.memory.Past(world.Slot(1005));
  EXPECT_THAT(past.apps, IsEmpty());
  EXPECT_THAT(past.shares.app_versions, IsEmpty());
}

TEST(TriageMemoryTest, KnowsTheMinuteOfTheFirstAndOfTheLastEvent) {
  CountedWorld world;
  EXPECT_EQ(world.Numbers(1005).first_seen_s, 0);
  world.Pass(absl::Minutes(5));
  world.Count(CountedWorld::From("shooter", "eu"), {{1005, 1}});
  world.Pass(absl::Minutes(7));
  world.Count(CountedWorld::From("shooter", "eu"), {{1005, 1}});
  world.Pass(absl::Minutes(1));
  EXPECT_EQ(world.Numbers(1005).first_seen_s, kWorldStart + int64_t{5} * 60);
  EXPECT_EQ(world.Numbers(1005).last_seen_s, kWorldStart + int64_t{12} * 60);
}

// A daemon that was restarted has counts before its memory begins.
TEST(TriageMemoryTest, CountsFromBeforeItBeganAreInTheTotalsOnly) {
  CountedWorld world;
  world.Count(CountedWorld::From("shooter", "eu"), {{1005, 60}});
  TriageMemory younger(world.aggregate.counters(), world.clock);
  younger.ReadCounters(world.rejected, absl::ZeroDuration());
  const CodeNumbers numbers = younger.Codes()[world.Slot(1005)].numbers;
  EXPECT_EQ(numbers.events_total, 60U);
  EXPECT_EQ(numbers.events_24h, 0U);
  EXPECT_EQ(numbers.rate, 0);
  EXPECT_EQ(numbers.first_seen_s, 0);
  EXPECT_THAT(younger.Past(world.Slot(1005)).apps, IsEmpty());
}

TEST(TriageMemoryTest, TimeWithoutReadsIsMissingAndNotZero) {
  CountedWorld world;
  world.Pass(absl::Minutes(2));
  world.clock.Advance(absl::Minutes(20));
  world.Read();
  const StepCounts hour = world.memory.Past(world.Slot(1005)).hour;
  ASSERT_EQ(hour.missing.size(), 60U);
  EXPECT_EQ(std::count(hour.missing.end() - 23, hour.missing.end(), true), 20);
  EXPECT_FALSE(hour.missing.back());
  EXPECT_FALSE(hour.missing[60 - 22]);
  const StepCounts day = world.memory.Past(world.Slot(1005)).day;
  EXPECT_EQ(day.missing.size(), 96U);
}

TEST(TriageMemoryTest, ReadsEveryTenSecondsMissNoMinute) {
  CountedWorld world;
  world.clock.Advance(absl::Milliseconds(3));
  world.Pass(absl::Minutes(70));
  EXPECT_THAT(world.memory.Past(world.Slot(1005)).hour.missing, Each(false));
}

TEST(TriageMemoryTest, AClockThatGoesBackFarClearsTheSteps) {
  CountedWorld world;
  world.Count(CountedWorld::From("shooter", "eu"), {{1005, 60}});
  world.Pass(absl::Minutes(1));
  world.clock.Advance(-absl::Hours(2));
  world.Read();
  EXPECT_EQ(world.Numbers(1005).events_1h, 0U);
  world.Count(CountedWorld::From("shooter", "eu"), {{1005, 5}});
  world.Pass(absl::Minutes(1));
  EXPECT_EQ(world.Numbers(1005).events_1h, 5U);
}

TEST(TriageMemoryTest, ReadsNoMoreOftenThanAsked) {
  CountedWorld world;
  world.Count(CountedWorld::From("shooter", "eu"), {{1005, 60}});
  world.memory.ReadCounters(world.rejected, absl::Seconds(1));
  EXPECT_EQ(world.Numbers(1005).events_total, 0U);
  world.clock.Advance(absl::Seconds(1));
  world.memory.ReadCounters(world.rejected, absl::Seconds(1));
  EXPECT_EQ(world.Numbers(1005).events_total, 60U);
}

TEST(TriageMemoryTest, SplitsACodeByWhoReportsIt) {
  CountedWorld world;
  world.Count(CountedWorld::From("shooter", "eu", "1.0"), {{1005, 30}, {10001, 1}});
  world.Count(CountedWorld::From("shooter", "us", "2.0"), {{1005, 5}});
  world.Count(CountedWorld::From("racer", "us", "2.0"), {{1005, 2}});
  world.Pass(absl::Seconds(10));
  const CodePast past = world.memory.Past(world.Slot(1005));
  EXPECT_THAT(NowOf(past.apps), UnorderedElementsAre(Pair("shooter", 35), Pair("racer", 2)));
  EXPECT_THAT(NowOf(past.regions), UnorderedElementsAre(Pair("eu", 30), Pair("us", 7)));
  EXPECT_THAT(NowOf(past.shares.app_versions),
              UnorderedElementsAre(Pair("1.0", 30), Pair("2.0", 7)));
  EXPECT_THAT(NowOf(past.shares.sdk_versions), UnorderedElementsAre(Pair("2.9", 37)));
  EXPECT_THAT(NowOf(past.shares.platforms), UnorderedElementsAre(Pair("ios", 37)));
  EXPECT_FALSE(past.shares.sampled);
  world.Pass(absl::Minutes(11));
  for (const Share& share : world.memory.Past(world.Slot(1005)).apps) {
    EXPECT_EQ(share.now, 0U);
    EXPECT_EQ(share.before, share.value == "shooter" ? 35U : 2U);
  }
}

TEST(TriageMemoryTest, CountsRejectedAndLostEvents) {
  CountedWorld world;
  world.rejected[static_cast<size_t>(RejectReason::kInvalid)].events = 9;
  Epoch epoch;
  Batch batch;
  batch.session = {99, 99};
  batch.sequence = 1;
  batch.losses = {{2, 40}};
  epoch.Add(batch, HashedOrigin(CountedWorld::From("shooter", "eu")));
  world.Apply(&epoch);
  world.Pass(absl::Seconds(10));
  const RecentNumbers recent = world.memory.Recent();
  EXPECT_EQ(recent.rejected[static_cast<size_t>(RejectReason::kInvalid)], 9U);
  EXPECT_EQ(recent.lost[2], 40U);
  world.Pass(absl::Minutes(11));
  EXPECT_EQ(world.memory.Recent().lost[2], 0U);
}

}  // namespace
}  // namespace gmewatch
