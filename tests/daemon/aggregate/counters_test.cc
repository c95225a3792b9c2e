#include "daemon/aggregate/counters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "absl/numeric/bits.h"
#include "absl/strings/str_cat.h"
#include "tests/support/session_with_spread.h"

namespace gmewatch {
namespace {

TEST(CountersTest, StartsWithTheOverflowColumn) {
  const Counters counters;
  EXPECT_EQ(counters.places(), 0U);
  EXPECT_EQ(counters.codes(), 1U);
  EXPECT_TRUE(counters.code_shown(kOtherSlot));
}

TEST(CountersTest, RowsStayWhereTheyAreWhileMoreCome) {
  Counters counters;
  const PlaceCounters* first = counters.AddPlace({"a", "b"}, false);
  for (int i = 0; i < 3000; ++i) counters.AddPlace({absl::StrCat("a", i), "b"}, true);
  EXPECT_EQ(&counters.place(0), first);
  EXPECT_EQ(counters.place(3000).place().app, "a2999");
  EXPECT_FALSE(counters.place(0).shown());
  EXPECT_TRUE(counters.place(1).shown());
}

// For the thread sanitizer as much as for its assertions.
TEST(CountersTest, AReaderSeesCountersThatOnlyGrow) {
  constexpr int kRounds = 2000;
  Counters counters;
  std::thread writer([&counters] {
    for (int i = 0; i < kRounds; ++i) {
      if (i % 20 == 0) counters.AddPlace({absl::StrCat("a", i), "b"}, false);
      if (i % 50 == 0) counters.AddCode(i, false);
      for (size_t id = 0; id < counters.places(); ++id) {
        counters.mutable_place(id)->mutable_cell(kOtherSlot)->events.Add(1);
      }
    }
    counters.AddPlace({"end", "end"}, true);
  });
  std::vector<uint64_t> seen;
  bool ended = false;
  while (!ended) {
    const size_t places = counters.places();
    seen.resize(std::max(seen.size(), places));
    for (size_t id = 0; id < places; ++id) {
      const PlaceCounters& row = counters.place(id);
      const uint64_t value = row.cell(kOtherSlot).events.value();
      ASSERT_GE(value, seen[id]);
      seen[id] = value;
      ended |= row.shown();
    }
  }
  writer.join();
  EXPECT_EQ(counters.place(0).cell(kOtherSlot).events.value(), static_cast<uint64_t>(kRounds));
}

TEST(TallyTest, StaysAtTheLargestNumberInsteadOfWrapping) {
  Tally tally;
  tally.Add(UINT64_MAX - 5);
  tally.Add(10);
  EXPECT_EQ(tally.value(), UINT64_MAX);
  tally.Add(1);
  EXPECT_EQ(tally.value(), UINT64_MAX);
}

// A late event must not look like a spike, not even while it is being counted.
TEST(CellTest, NeverCountsALateEventInTime) {
  constexpr int kRounds = 1'000'000;
  Cell cell;
  std::thread writer([&cell] {
    for (int i = 0; i < kRounds; ++i) cell.CountLate(1);
  });
  uint64_t in_time = 0;
  while (cell.late.value() < kRounds) in_time = std::max(in_time, cell.InTime());
  writer.join();
  EXPECT_EQ(in_time, 0U);
}

TEST(CellTest, CountsEventsInTimeWithTheirSenders) {
  Cell cell;
  EXPECT_EQ(cell.senders(), nullptr);
  cell.CountLate(5);
  EXPECT_EQ(cell.senders(), nullptr);
  cell.CountInTime(SessionWithSpread(9), 3);
  EXPECT_EQ(cell.events.value(), 8U);
  EXPECT_EQ(cell.late.value(), 5U);
  EXPECT_EQ(cell.InTime(), 3U);
  EXPECT_EQ(cell.senders()->events(9 % Senders::kBuckets), 3U);
}

TEST(CellTest, SessionsOfOneAddressAreOneSender) {
  Cell cell;
  constexpr uint64_t kAddress = uint64_t{5} << 58 | 3;
  for (uint64_t session = 0; session < 20; ++session) {
    cell.CountInTime(SessionWithSpread(session << 58 | session), 2,
                     {.sender = kAddress, .is_new = session < 7, .events = 1});
  }
  EXPECT_EQ(cell.events.value(), 40U);
  EXPECT_EQ(cell.senders()->events(3), 20U) << "as the detector sees them";
  EXPECT_EQ(absl::popcount(cell.senders()->TakeSenders()), 1);
  const SenderBits bits = cell.senders()->TakeBits();
  EXPECT_EQ(absl::popcount(bits.sessions), 20);
  EXPECT_EQ(absl::popcount(bits.new_sessions), 7);
  EXPECT_EQ(absl::popcount(bits.addresses), 1);
  EXPECT_EQ(cell.senders()->TakeBits().sessions, 0U) << "each is taken once";
}

}  // namespace
}  // namespace gmewatch
