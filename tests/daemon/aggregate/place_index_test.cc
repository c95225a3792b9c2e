#include "daemon/aggregate/place_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<uint32_t> Ids(const Checkpoint& checkpoint) {
  std::vector<uint32_t> ids;
  for (const PlaceRow& row : checkpoint.places) ids.push_back(row.id);
  return ids;
}

TEST(PlaceIndexTest, FirstTheRegionThenTheAppBecomesOther) {
  Counters counters;
  PlaceIndex index(counters);
  const auto place_of = [&](const char* app, const char* region) {
    return counters.place(index.RowFor({app, region}, 2)).place();
  };
  EXPECT_EQ(place_of("a", "eu"), (Place{"a", "eu"}));
  EXPECT_EQ(place_of("a", "us"), (Place{"a", "us"}));
  EXPECT_EQ(place_of("a", "asia"), (Place{"a", "other"}));
  EXPECT_EQ(place_of("b", "eu"), (Place{"other", "other"}));
  EXPECT_EQ(place_of("a", "eu"), (Place{"a", "eu"}));
  internal::Policy policy;
  internal::PlaceRecord* configured = policy.add_configured();
  configured->set_app("c");
  configured->set_region("eu");
  index.AddConfigured(policy);
  EXPECT_EQ(place_of("c", "eu"), (Place{"c", "eu"}));
}

TEST(PlaceIndexTest, TakesTheRowsThatChangedSinceTheLastTime) {
  Counters counters;
  PlaceIndex index(counters);
  for (const char* region : {"eu", "us", "asia"}) index.RowFor({"a", region}, 10);
  const auto taken = [&index](bool changed_only) {
    Checkpoint checkpoint;
    index.TakeRows(changed_only, &checkpoint);
    return Ids(checkpoint);
  };
  EXPECT_THAT(taken(true), ElementsAre(0, 1, 2));
  EXPECT_THAT(taken(true), IsEmpty());
  index.Change(2)->mutable_sessions()->Add(1);
  index.Show({"a", "us"});
  index.Show({"no", "row"});
  EXPECT_THAT(taken(true), ElementsAre(1, 2));
  EXPECT_THAT(taken(false), ElementsAre(0, 1, 2));
}

TEST(PlaceIndexTest, LoadsItsOwnRowsAndTheirCounters) {
  Counters counters;
  PlaceIndex index(counters);
  PlaceCounters* row = index.Change(index.RowFor({"a", "eu"}, 10));
  row->mutable_success()->Add(7);
  row->mutable_cell(kOtherSlot)->CountLate(2);
  row->mutable_cell(kOtherSlot)->CountInTime({1, 2}, 3);
  index.Show({"a", "eu"});
  Checkpoint checkpoint;
  index.TakeRows(false, &checkpoint);

  Counters loaded_counters;
  PlaceIndex loaded(loaded_counters);
  ASSERT_TRUE(loaded.Load(checkpoint).ok());
  EXPECT_EQ(loaded.RowFor({"a", "eu"}, 0), 0U);
  const PlaceCounters& found = loaded_counters.place(0);
  EXPECT_TRUE(found.shown());
  EXPECT_EQ(found.success_events(), 7U);
  EXPECT_EQ(found.cell(kOtherSlot).events.value(), 5U);
  EXPECT_EQ(found.cell(kOtherSlot).late.value(), 2U);
  Checkpoint unchanged;
  loaded.TakeRows(true, &unchanged);
  EXPECT_THAT(Ids(unchanged), IsEmpty());
}

}  // namespace
}  // namespace gmewatch
