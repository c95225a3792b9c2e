#include "daemon/aggregate/counters.h"

#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

TEST(CountersTest, BeginsWithTheOtherColumn) {
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

// Meant for the thread sanitizer as much as for its assertions.
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

}  // namespace
}  // namespace gmewatch
