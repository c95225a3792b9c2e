#include "daemon/triage/counter_sums.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CounterSumsTest : public ::testing::Test {
 protected:
  void Count(size_t place, size_t slot, uint64_t events, uint64_t late, uint64_t sessions) {
    Cell* cell = counters_.mutable_place(place)->mutable_cell(slot);
    cell->events.Add(events);
    cell->late.Add(late);
    cell->sessions.Add(sessions);
  }
  static std::vector<std::string> Names(const std::vector<CounterSums::Group>& groups) {
    std::vector<std::string> names;
    names.reserve(groups.size());
    for (const CounterSums::Group& group : groups) names.push_back(group.name);
    return names;
  }

  Counters counters_;
  CounterSums sums_{counters_};
};

TEST_F(CounterSumsTest, AreZeroWithoutCounts) {
  sums_.Read();
  ASSERT_EQ(sums_.codes().size(), 1U) << "the overflow column";
  EXPECT_EQ(sums_.codes()[kOtherSlot].events, 0U);
  EXPECT_THAT(sums_.apps(), IsEmpty());
}

TEST_F(CounterSumsTest, AddUpACodeByPlaceByAppAndByRegion) {
  const size_t slot = counters_.AddCode(1005, true);
  counters_.AddPlace({"shooter", "eu"}, true);
  counters_.AddPlace({"racer", "eu"}, true);
  counters_.AddPlace({"shooter", "us"}, true);
  Count(0, slot, 10, 1, 4);
  Count(1, slot, 20, 0, 5);
  Count(2, slot, 40, 5, 6);
  Count(2, kOtherSlot, 7, 7, 1);
  counters_.mutable_place(1)->mutable_lost(2)->Add(3);
  counters_.mutable_place(2)->mutable_lost(2)->Add(4);
  sums_.Read();
  EXPECT_EQ(sums_.codes()[slot].events, 70U);
  EXPECT_EQ(sums_.codes()[slot].late, 6U);
  EXPECT_EQ(sums_.codes()[slot].in_time, 64U);
  EXPECT_EQ(sums_.codes()[slot].sessions, 15U);
  EXPECT_EQ(sums_.codes()[kOtherSlot].in_time, 0U);
  EXPECT_THAT(Names(sums_.apps()), ElementsAre("shooter", "racer"));
  EXPECT_THAT(Names(sums_.regions()), ElementsAre("eu", "us"));
  EXPECT_THAT(sums_.apps()[0].in_time, ElementsAre(0, 44));
  EXPECT_THAT(sums_.apps()[1].in_time, ElementsAre(0, 20));
  EXPECT_THAT(sums_.regions()[0].in_time, ElementsAre(0, 29));
  EXPECT_THAT(sums_.regions()[1].in_time, ElementsAre(0, 35));
  EXPECT_EQ(sums_.lost()[2], 7U);
  EXPECT_EQ(sums_.lost()[1], 0U);
}

TEST_F(CounterSumsTest, TheNextReadHasPlacesAndCodesThatCameSince) {
  counters_.AddCode(1005, true);
  counters_.AddPlace({"shooter", "eu"}, true);
  Count(0, 1, 10, 0, 1);
  sums_.Read();
  sums_.Read();
  EXPECT_EQ(sums_.codes()[1].events, 10U) << "a read replaces the one before";
  const size_t slot = counters_.AddCode(1006, true);
  counters_.AddPlace({"shooter", "us"}, true);
  Count(1, slot, 5, 0, 1);
  sums_.Read();
  EXPECT_THAT(sums_.apps()[0].in_time, ElementsAre(0, 10, 5));
  EXPECT_THAT(sums_.regions()[1].in_time, ElementsAre(0, 0, 5));
}

// A reader can see the `late` of an event before its `events`.
TEST_F(CounterSumsTest, InTimeIsNeverBelowZero) {
  counters_.AddCode(1005, true);
  counters_.AddPlace({"shooter", "eu"}, true);
  Count(0, 1, 3, 5, 1);
  sums_.Read();
  EXPECT_EQ(sums_.codes()[1].in_time, 0U);
}

}  // namespace
}  // namespace gmewatch
