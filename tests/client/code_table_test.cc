#include "client/src/code_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <thread>
#include <vector>

namespace gmewatch::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr uint64_t kAll = std::numeric_limits<uint64_t>::max();

std::map<int32_t, uint64_t> TakeAll(CodeTable* table, uint64_t count_max = kAll) {
  std::map<int32_t, uint64_t> taken;
  table->Take(count_max, [&](int32_t code, uint64_t count) { taken[code] += count; });
  return taken;
}

TEST(CodeTableTest, TakesEachCountOnce) {
  CodeTable table;
  table.Add(1005, 1);
  table.Add(0, 3);
  table.Add(1005, 2);
  EXPECT_EQ(table.Events(), 6U);
  EXPECT_THAT(TakeAll(&table), ElementsAre(Pair(0, 3), Pair(1005, 3)));
  EXPECT_THAT(TakeAll(&table), IsEmpty());
}

TEST(CodeTableTest, DistinguishesExtremeCodesFromAnEmptySlot) {
  constexpr int32_t kLowest = std::numeric_limits<int32_t>::min();
  constexpr int32_t kHighest = std::numeric_limits<int32_t>::max();
  CodeTable table;
  for (const int32_t code : {kLowest, -1, 0, 1, kHighest}) table.Add(code, 7);
  EXPECT_THAT(TakeAll(&table), ElementsAre(Pair(kLowest, 7), Pair(-1, 7), Pair(0, 7), Pair(1, 7),
                                           Pair(kHighest, 7)));
}

TEST(CodeTableTest, GivesEveryCodeASlotOfItsOwn) {
  constexpr int32_t kLowest = std::numeric_limits<int32_t>::min();
  constexpr int32_t kHighest = std::numeric_limits<int32_t>::max();
  for (const int32_t first : {kLowest, -1, 0, kHighest}) {
    CodeTable table;
    table.Add(first, 7);
    for (int32_t code = 1000; code < 1511; ++code) table.Add(code, 1);  // all other slots
    EXPECT_EQ(table.Overflow(), 0U);
    const auto taken = TakeAll(&table);
    EXPECT_THAT(taken, SizeIs(512));
    EXPECT_EQ(taken.at(first), 7U);
  }
}

TEST(CodeTableTest, LeavesTheRestAboveTheMaximum) {
  CodeTable table;
  table.Add(1, 25'000);
  table.Add(2, 3);
  uint64_t events = 0;
  for (int batch = 0; batch < 3; ++batch) {
    uint64_t taken = 0;
    for (const auto& [code, count] : TakeAll(&table, 10'000)) taken += count;
    EXPECT_LE(taken, 10'000U);
    if (batch < 2) {
      EXPECT_GE(taken, 10'000U - CodeTable::kCodesMax);
    }
    events += taken;
  }
  EXPECT_EQ(events, 25'003U);
  EXPECT_THAT(TakeAll(&table), IsEmpty());
}

TEST(CodeTableTest, CountsEventsWithoutASlotAsOverflow) {
  CodeTable table;
  for (int32_t code = 0; code < 512; ++code) table.Add(code * 512, 1);  // one chain of collisions
  EXPECT_EQ(table.Overflow(), 0U);
  table.Add(-5, 4);
  table.Add(512, 1);
  EXPECT_EQ(table.Overflow(), 4U);
  EXPECT_EQ(table.Events(), 513U);
  EXPECT_EQ(table.TakeOverflow(), 4U);
  EXPECT_EQ(table.TakeOverflow(), 0U);
  EXPECT_THAT(TakeAll(&table), SizeIs(512));
  // A code keeps its slot, so that no count moves to another code.
  table.Add(-5, 4);
  EXPECT_EQ(table.Overflow(), 4U);
}

TEST(CodeTableTest, LosesNothingWhileThreadsAddAndOneTakes) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 200;
  constexpr int32_t kCodes = 600;  // more than there are slots, so that claims race too
  CodeTable table;
  std::atomic<int> running = kThreads;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int round = 0; round < kRounds; ++round) {
        for (int32_t code = 0; code < kCodes; ++code) table.Add((code + thread * 37) % kCodes, 1);
      }
      --running;
    });
  }
  std::map<int32_t, uint64_t> taken;
  while (running > 0) {
    for (const auto& [code, count] : TakeAll(&table)) taken[code] += count;
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& [code, count] : TakeAll(&table)) taken[code] += count;

  uint64_t sum = 0;
  for (const auto& [code, count] : taken) {
    EXPECT_EQ(count, uint64_t{kThreads} * kRounds) << code;
    sum += count;
  }
  EXPECT_THAT(taken, SizeIs(512));
  EXPECT_EQ(sum + table.Overflow(), uint64_t{kThreads} * kRounds * kCodes);
}

}  // namespace
}  // namespace gmewatch::client
