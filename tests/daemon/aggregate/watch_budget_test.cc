#include "daemon/aggregate/watch_budget.h"

#include <gtest/gtest.h>

#include "daemon/aggregate/aggregate.h"
#include "tests/daemon/aggregate/epochs.h"

namespace gmewatch {
namespace {

constexpr size_t kHash = size_t{7} << 40;

TEST(WatchBudgetTest, ASessionHasItsEventsInTenSecondsAndNoMore) {
  WatchBudget budget;
  EXPECT_EQ(budget.Begin(kHash, 1000, 100).Take(1005, 70), 70U);
  EXPECT_EQ(budget.Begin(kHash, 1000, 100).Take(1005, 70), 30U);
  EXPECT_EQ(budget.Begin(kHash, 1000, 100).Take(1005, 70), 0U);
  EXPECT_EQ(budget.Begin(kHash, 1003, 100).Take(1005, 70), 30U);
  EXPECT_EQ(budget.Begin(kHash, 1999, 100).Take(1005, 700), 100U);
}

TEST(WatchBudgetTest, ALowBudgetFillsUpAlsoIfBatchesComeEverySecond) {
  WatchBudget budget;
  uint32_t taken = 0;
  for (uint32_t second = 0; second < 100; ++second) {
    taken += budget.Begin(kHash, 1000 + second, 3).Take(1005, 1);
  }
  EXPECT_NEAR(taken, 30 + 3, 1);
}

TEST(WatchBudgetTest, EachCodeHasABudgetAndSoHaveSuccesses) {
  WatchBudget budget;
  WatchBudget::Batch batch = budget.Begin(kHash, 1000, 100);
  EXPECT_EQ(batch.Take(kSuccessCode, 1000), 100U);
  EXPECT_EQ(batch.Take(1005, 60), 60U);
  EXPECT_EQ(batch.Take(1005, 60), 40U);
  EXPECT_EQ(batch.Take(1003, 1000), 100U) << "what is usual in one hides nothing in another";
}

TEST(WatchBudgetTest, AFloodOfSessionsTakesNothingFromAnybody) {
  WatchBudget budget;
  for (size_t i = 1; i < 100'000; ++i) {
    EXPECT_EQ(budget.Begin(i << 32 | i, 1000, 100).Take(1005, 70), 70U);
  }
  EXPECT_EQ(budget.Begin(kHash, 1000, 100).Take(1005, 70), 70U);
}

TEST(WatchBudgetTest, WithoutAMaximumAllIsSeen) {
  WatchBudget budget;
  EXPECT_EQ(budget.Begin(kHash, 1000, 0).Take(1005, 1'000'000), 1'000'000U);
}

uint32_t WatchedOf(const Aggregate& aggregate) {
  uint32_t watched = 0;
  const Senders* senders = aggregate.counters().place(0).cell(FindSlot(aggregate, 1005)).senders();
  for (size_t bucket = 0; bucket < Senders::kBuckets; ++bucket) watched += senders->events(bucket);
  return watched;
}

TEST(WatchBudgetTest, TheDetectorSeesASessionsShareOfWhatIsCounted) {
  internal::Policy policy = SomePolicy();
  policy.set_watched_events_max(100);
  Aggregate aggregate;
  Feed feed(&aggregate);
  feed.SetPolicy(policy);
  feed.Send(SomeBatch(1, 1, {{1005, 60}, {0, 70}}), From("a", "eu"));
  feed.Send(SomeBatch(1, 2, {{1005, 60}, {0, 70}}), From("a", "eu"));
  EXPECT_EQ(EventsAt(aggregate, "a", "eu", 1005), 120U);
  EXPECT_EQ(WatchedOf(aggregate), 100U);
  EXPECT_EQ(aggregate.counters().place(0).success_events(), 140U);
  EXPECT_EQ(aggregate.counters().place(0).watched_successes(), 100U);

  // A server that reports for many players has no share.
  Batch relayed = SomeBatch(1, 3, {{1005, 5000}});
  relayed.relayed = true;
  feed.Send(relayed, From("a", "eu"));
  EXPECT_EQ(WatchedOf(aggregate), 5100U);
}

}  // namespace
}  // namespace gmewatch
