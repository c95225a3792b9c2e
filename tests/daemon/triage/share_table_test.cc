#include "daemon/triage/share_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr int64_t kNow = 28'000'020;

std::map<std::string, uint64_t> NowOf(const ShareTable& table, int64_t minute = kNow) {
  std::map<std::string, uint64_t> out;
  for (const Share& share : table.Shares(minute)) out[share.value] = share.now;
  return out;
}

uint64_t SumOf(const ShareTable& table, int64_t minute = kNow) {
  uint64_t sum = 0;
  for (const Share& share : table.Shares(minute)) sum += share.now + share.before;
  return sum;
}

TEST(ShareTableTest, CountsEachValue) {
  ShareTable table;
  table.Add(HashedValue("1.0"), 5, 1, kNow);
  table.Add(HashedValue("2.0"), 1, 1, kNow);
  table.Add(HashedValue("1.0"), 2, 1, kNow);
  table.Add(HashedValue(""), 4, 1, kNow);
  EXPECT_THAT(NowOf(table), UnorderedElementsAre(Pair("1.0", 7), Pair("2.0", 1), Pair("", 4)));
}

TEST(ShareTableTest, SeparatesNowFromBefore) {
  ShareTable table;
  table.Add(HashedValue("1.0"), 5, 1, kNow - 60);
  table.Add(HashedValue("1.0"), 2, 1, kNow);
  const std::vector<Share> shares = table.Shares(kNow);
  ASSERT_EQ(shares.size(), 1U);
  EXPECT_EQ(shares[0].now, 2U);
  EXPECT_EQ(shares[0].before, 5U);
}

TEST(ShareTableTest, AValueCalledOtherBelongsToTheRest) {
  ShareTable table;
  table.Add(HashedValue("other"), 5, 1, kNow);
  EXPECT_THAT(NowOf(table), UnorderedElementsAre(Pair("other", 5)));
}

// A client reports made-up versions ten times as often as real ones are reported.
TEST(ShareTableTest, MadeUpValuesDoNotPushTheRealOnesOut) {
  ShareTable table;
  uint64_t events = 0;
  for (int i = 0; i < 20'000; ++i) {
    if (i % 10 == 0) {
      table.Add(HashedValue(absl::StrCat("real-", i / 10 % 2)), 3, 1, kNow);
      events += 3;
    }
    table.Add(HashedValue(absl::StrCat("made-up-", i)), 1'000'000, 1, kNow);
    events += 1'000'000;
  }
  const auto now = NowOf(table);
  EXPECT_LE(now.size(), ShareTable::kValues + 1);
  EXPECT_EQ(now.at("real-0"), 3000U);
  EXPECT_EQ(now.at("real-1"), 3000U);
  EXPECT_EQ(SumOf(table), events) << "values that were pushed out are in the rest";
}

// After a flood that pushed it out.
TEST(ShareTableTest, ARealValueComesBackAsSoonAsItIsReported) {
  ShareTable table;
  for (int i = 0; i < 100'000; ++i) {
    table.Add(HashedValue(absl::StrCat("made-up-", i)), 1, 1, kNow);
  }
  table.Add(HashedValue("real"), 3, 1, kNow);
  EXPECT_THAT(NowOf(table), Contains(Pair("real", 3)));
  // It stays, although the flood goes on at ten times its rate.
  for (int i = 0; i < 10'000; ++i) {
    table.Add(HashedValue(absl::StrCat("again-", i)), 1, 1, kNow);
    if (i % 10 == 0) table.Add(HashedValue("real"), 3, 1, kNow);
  }
  EXPECT_THAT(NowOf(table), Contains(Key("real")));
}

TEST(ShareTableTest, AnUnusedValueMakesRoom) {
  ShareTable table;
  for (size_t i = 0; i < ShareTable::kValues; ++i) {
    table.Add(HashedValue(absl::StrCat("old-", i)), 1000, 1000, kNow);
  }
  const int64_t later = kNow + int64_t{20} * 60;
  for (size_t i = 0; i < ShareTable::kValues; ++i) {
    for (int n = 0; n < 5; ++n) table.Add(HashedValue(absl::StrCat("new-", i)), 1, 1, later);
  }
  const auto now = NowOf(table, later);
  for (size_t i = 0; i < ShareTable::kValues; ++i) {
    EXPECT_EQ(now.at(absl::StrCat("new-", i)), 5U) << i;
  }
  EXPECT_THAT(now, Not(Contains(Key("old-0"))));
  // Their counts are kept in the rest.
  EXPECT_THAT(table.Shares(later),
              Contains(AllOf(Field(&Share::value, "other"), Field(&Share::before, 32'000))));
}

TEST(ShareTableTest, WhenFullANewValueReplacesTheOneWithTheLeastWeight) {
  ShareTable table;
  for (size_t i = 0; i < ShareTable::kValues; ++i) {
    table.Add(HashedValue(absl::StrCat("v", i)), 10, i == 7 ? 1 : 2, kNow);
  }
  EXPECT_EQ(NowOf(table).size(), ShareTable::kValues);
  EXPECT_THAT(NowOf(table), Not(Contains(Key("other"))));
  table.Add(HashedValue("one more"), 4, 1, kNow);
  EXPECT_THAT(NowOf(table), Contains(Pair("one more", 4)));
  EXPECT_THAT(NowOf(table), Contains(Pair("other", 10)));
  EXPECT_THAT(NowOf(table), Not(Contains(Key("v7"))));
}

TEST(ShareTableTest, AValueWithoutEventsForADayIsLeftOut) {
  ShareTable table;
  table.Add(HashedValue("1.0"), 5, 1, kNow);
  EXPECT_EQ(table.Shares(kNow + int64_t{23} * 60).size(), 1U);
  EXPECT_TRUE(table.Shares(kNow + int64_t{25} * 60).empty());
}

TEST(ShareTableTest, TheLongestValueStaysWhole) {
  const std::string longest(64, 'x');
  ShareTable table;
  table.Add(HashedValue(longest), 5, 1, kNow);
  table.Add(HashedValue(longest.substr(1)), 2, 1, kNow);
  EXPECT_THAT(NowOf(table), UnorderedElementsAre(Pair(longest, 5), Pair(longest.substr(1), 2)));
}

}  // namespace
}  // namespace gmewatch
