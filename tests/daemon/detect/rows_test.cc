#include "daemon/detect/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RowsTest, EverythingExistsFromTheStart) {
  const Rows rows;
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.place(Rows::kEverything), (Place{"all", "all"}));
  EXPECT_FALSE(rows.is_leaf(Rows::kEverything));
  EXPECT_THAT(rows.apps(), IsEmpty());
  EXPECT_THAT(rows.regions(), IsEmpty());
}

TEST(RowsTest, AddsTheRollupsOfAPlaceOnce) {
  Rows rows;
  const uint32_t first = rows.Add({"shooter", "eu"});
  EXPECT_EQ(rows.size(), 4U);
  const uint32_t second = rows.Add({"shooter", "us"});
  EXPECT_EQ(rows.size(), 6U);
  const uint32_t third = rows.Add({"racer", "us"});
  EXPECT_EQ(rows.size(), 8U);
  EXPECT_EQ(rows.Add({"shooter", "us"}), second);
  EXPECT_EQ(rows.size(), 8U);

  const uint32_t shooter = rows.Find({"shooter", "all"});
  const uint32_t us = rows.Find({"all", "us"});
  EXPECT_THAT(rows.apps(), ElementsAre(shooter, rows.Find({"racer", "all"})));
  EXPECT_THAT(rows.regions(), ElementsAre(rows.Find({"all", "eu"}), us));
  EXPECT_THAT(rows.leaves(shooter), ElementsAre(first, second));
  EXPECT_THAT(rows.leaves(us), ElementsAre(second, third));
  EXPECT_EQ(rows.app_row(second), shooter);
  EXPECT_EQ(rows.region_row(second), us);
  EXPECT_EQ(rows.app_row(us), Rows::kEverything);
  EXPECT_EQ(rows.region_row(us), Rows::kEverything);
  EXPECT_TRUE(rows.is_leaf(third));
  EXPECT_FALSE(rows.is_leaf(shooter));
  EXPECT_FALSE(rows.is_leaf(us));
  EXPECT_EQ(rows.Find({"racer", "eu"}), Rows::kNotFound);
}

TEST(RowsTest, AnAppAndARegionOfOneNameAreTwoRows) {
  Rows rows;
  const uint32_t leaf = rows.Add({"eu", "eu"});
  EXPECT_EQ(rows.size(), 4U);
  EXPECT_NE(rows.app_row(leaf), rows.region_row(leaf));
}

TEST(RowsTest, KnowsWhichRowHoldsWhich) {
  Rows rows;
  rows.Add({"a", "x"});
  rows.Add({"a", "y"});
  rows.Add({"b", "x"});
  const auto check = [&rows](const Place& outer, const Place& inner, bool holds) {
    EXPECT_EQ(rows.Holds(rows.Find(outer), rows.Find(inner)), holds)
        << outer.app << "/" << outer.region << " " << inner.app << "/" << inner.region;
  };
  check({"all", "all"}, {"a", "x"}, true);
  check({"all", "all"}, {"all", "all"}, true);
  check({"all", "all"}, {"a", "all"}, true);
  check({"a", "all"}, {"a", "x"}, true);
  check({"a", "all"}, {"b", "x"}, false);
  check({"a", "all"}, {"all", "all"}, false);
  check({"a", "all"}, {"all", "x"}, false);
  check({"all", "x"}, {"a", "x"}, true);
  check({"all", "x"}, {"a", "y"}, false);
  check({"all", "x"}, {"all", "x"}, true);
  check({"a", "x"}, {"a", "x"}, true);
  check({"a", "x"}, {"a", "y"}, false);
  check({"a", "x"}, {"a", "all"}, false);
}

TEST(RowsTest, KnowsWhichRowsHaveAPlaceInCommon) {
  Rows rows;
  for (const char* app : {"a", "b"}) {
    for (const char* region : {"x", "y"}) rows.Add({app, region});
  }
  // An app and a region of one name.
  rows.Add({"x", "a"});
  for (uint32_t one = 0; one < rows.size(); ++one) {
    for (uint32_t other = 0; other < rows.size(); ++other) {
      const auto [app, region] = rows.place(one);
      const auto [other_app, other_region] = rows.place(other);
      const bool apps = app == other_app || app == "all" || other_app == "all";
      const bool regions = region == other_region || region == "all" || other_region == "all";
      EXPECT_EQ(rows.Overlap(one, other), apps && regions)
          << app << "/" << region << " " << other_app << "/" << other_region;
    }
  }
  const auto overlap = [&rows](const Place& one, const Place& other) {
    return rows.Overlap(rows.Find(one), rows.Find(other));
  };
  EXPECT_TRUE(overlap({"a", "all"}, {"all", "x"}));
  EXPECT_FALSE(overlap({"a", "all"}, {"b", "all"}));
  EXPECT_FALSE(overlap({"a", "x"}, {"a", "y"}));
  EXPECT_FALSE(overlap({"x", "all"}, {"a", "all"}));
}

}  // namespace
}  // namespace gmewatch
