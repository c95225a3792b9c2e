#include "daemon/aggregate/version_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/daemon/aggregate/epochs.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;

TEST(VersionTableTest, APairHasASlotUntilItIsFreed) {
  VersionTable table;
  EXPECT_EQ(table.SlotFor("ios", "1.0"), 0U);
  EXPECT_EQ(table.SlotFor("ios", "1.1"), 1U);
  EXPECT_EQ(table.SlotFor("ios", "1.0"), 0U);
  EXPECT_EQ(table.SlotFor("", "1.0"), 2U);
  table.Free(1);
  EXPECT_THAT(table.Versions(),
              ElementsAre(ClientVersion{"ios", "1.0"}, ClientVersion{}, ClientVersion{"", "1.0"}));
  EXPECT_EQ(table.SlotFor("web", "9"), 1U);
  EXPECT_EQ(table.SlotFor("ios", "1.1"), 3U);
}

TEST(VersionTableTest, NamesOfRollUpsAndNoNamesHaveNoSlot) {
  VersionTable table;
  EXPECT_EQ(table.SlotFor("", ""), VersionTable::kNone);
  EXPECT_EQ(table.SlotFor("all", "1.0"), VersionTable::kNone);
  EXPECT_EQ(table.SlotFor("ios", "all"), VersionTable::kNone);
  table.Add(VersionTable::kNone, {1, 2});
}

TEST(VersionTableTest, FurtherPairsAreLeftOutUntilThereIsRoom) {
  VersionTable table;
  for (size_t i = 0; i < VersionTable::kVersionsMax; ++i) {
    EXPECT_EQ(table.SlotFor("ios", absl::StrCat(i)), i);
  }
  EXPECT_EQ(table.SlotFor("ios", "more"), VersionTable::kNone);
  table.Free(7);
  EXPECT_EQ(table.SlotFor("ios", "more"), 7U);
}

TEST(VersionTableTest, AnAggregateCountsTheBatchesOfEachVersion) {
  Aggregate aggregate;
  Feed feed(&aggregate);
  feed.SetPolicy(SomePolicy());
  const HashedOrigin ios(Origin{"demo", "eu", "1.0", "", "ios"});
  const HashedOrigin web(Origin{"demo", "us", "2.0", "", "web"});
  feed.Send(SomeBatch(1, 1, {{1005, 1}}), ios);
  feed.Send(SomeBatch(2, 1, {{1005, 1}}), ios);
  feed.Send(SomeBatch(2, 1, {{1005, 1}}), ios);  // a duplicate
  feed.Send(SomeBatch(3, 1, {{1005, 1}}), web);
  EXPECT_THAT(aggregate.versions().Versions(),
              ElementsAre(ClientVersion{"ios", "1.0"}, ClientVersion{"web", "2.0"}));
  EXPECT_EQ(aggregate.versions().reporters(0).batches(), 2U);
  EXPECT_EQ(aggregate.versions().reporters(1).batches(), 1U);
}

}  // namespace
}  // namespace gmewatch
