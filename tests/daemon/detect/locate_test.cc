#include "daemon/detect/locate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace gmewatch {
namespace {

// The expected events and the excess of each (app, region) in a tick. Roll-ups are their sums. Rows
// are alarms from five standard deviations on, and raised from three on.
class Cube {
 public:
  struct Leaf {
    double expected = 0;
    double excess = 0;
  };

  // Every app in every region, without any excess.
  Cube(size_t apps, size_t regions, double expected) {
    for (size_t app = 0; app < apps; ++app) {
      for (size_t region = 0; region < regions; ++region) Set(app, region, {expected, 0});
    }
  }
  Cube& Set(size_t app, size_t region, const Leaf& leaf) {
    leaves_[rows_.Add({absl::StrCat("a", app), absl::StrCat("r", region)})] = leaf;
    return *this;
  }
  Cube& Vmr(double vmr) {
    vmr_ = vmr;
    return *this;
  }
  Cube& Excess(size_t app, size_t region, double excess) {
    leaves_[rows_.Add({absl::StrCat("a", app), absl::StrCat("r", region)})].excess = excess;
    return *this;
  }

  // "a0/r1 a2/all", sorted.
  std::string Located() const {
    std::vector<std::string> found;
    for (const uint32_t row : Locate(rows_, [this](uint32_t r) { return StateOf(r); })) {
      found.push_back(absl::StrCat(rows_.place(row).app, "/", rows_.place(row).region));
    }
    std::sort(found.begin(), found.end());
    return absl::StrJoin(found, " ");
  }

 private:
  RowState StateOf(uint32_t row) const {
    RowState state = {.ticks = 1, .vmr = vmr_};
    for (const auto& [leaf, content] : leaves_) {
      if (!rows_.Holds(row, leaf)) continue;
      state.expected += content.expected;
      state.excess += content.excess;
    }
    state.raised = state.excess > 3 * std::sqrt(state.expected * vmr_);
    state.spike = state.excess > 5 * std::sqrt(state.expected * vmr_);
    return state;
  }

  Rows rows_;
  std::map<uint32_t, Leaf> leaves_;
  double vmr_ = 1;
};

TEST(LocateTest, FindsNothingIfNothingRises) { EXPECT_EQ(Cube(3, 3, 100).Located(), ""); }

TEST(LocateTest, OneOfThreeRegions) {
  Cube cube(3, 3, 100);
  for (size_t app = 0; app < 3; ++app) cube.Excess(app, 1, 300);
  EXPECT_EQ(cube.Located(), "all/r1");
}

TEST(LocateTest, OneAppInAllRegions) {
  Cube cube(3, 3, 100);
  for (size_t region = 0; region < 3; ++region) cube.Excess(2, region, 300);
  EXPECT_EQ(cube.Located(), "a2/all");
}

TEST(LocateTest, Everything) {
  Cube cube(3, 3, 100);
  for (size_t app = 0; app < 3; ++app) {
    for (size_t region = 0; region < 3; ++region) cube.Excess(app, region, 300);
  }
  EXPECT_EQ(cube.Located(), "all/all");
}

TEST(LocateTest, AlmostEverythingIsEverything) {
  Cube cube(3, 3, 100);
  for (size_t app = 0; app < 3; ++app) {
    for (size_t region = 0; region < 3; ++region) cube.Excess(app, region, 300);
  }
  cube.Excess(1, 1, 0);
  EXPECT_EQ(cube.Located(), "all/all");
}

TEST(LocateTest, OneLeaf) {
  EXPECT_EQ(Cube(3, 3, 100).Excess(1, 2, 300).Located(), "a1/r2");
  // Also if the rest is so busy that no roll-up is raised.
  EXPECT_EQ(Cube(3, 3, 1e6).Set(1, 2, {100, 300}).Located(), "a1/r2");
}

TEST(LocateTest, TwoOfFiveRegions) {
  Cube cube(3, 5, 100);
  for (size_t app = 0; app < 3; ++app) cube.Excess(app, 1, 300).Excess(app, 4, 300);
  EXPECT_EQ(cube.Located(), "all/r1 all/r4");
}

TEST(LocateTest, TwoLeavesOfOneRegion) {
  // Two of five apps in it are not most of it.
  EXPECT_EQ(Cube(5, 3, 100).Excess(1, 2, 300).Excess(3, 2, 300).Located(), "a1/r2 a3/r2");
  // Four of five are.
  Cube cube(5, 3, 100);
  for (size_t app = 1; app < 5; ++app) cube.Excess(app, 2, 300);
  EXPECT_EQ(cube.Located(), "all/r2");
}

TEST(LocateTest, MostIsMeasuredByTheExpectedRate) {
  // One app with 99 % of a region's events is the region: whether the others rise cannot be seen.
  Cube cube(4, 3, 3);
  for (size_t region = 0; region < 3; ++region) cube.Set(0, region, {900, 0});
  cube.Excess(0, 1, 2700);
  EXPECT_EQ(cube.Located(), "all/r1");
}

TEST(LocateTest, FlatPartsKeepTheRiseInItsPart) {
  // One region with four fifths of the events.
  Cube cube(3, 3, 10);
  for (size_t app = 0; app < 3; ++app) cube.Set(app, 1, {80, 240});
  EXPECT_EQ(cube.Located(), "all/r1");
  // One app with nine tenths of the events of each region.
  Cube app(4, 3, 10);
  for (size_t region = 0; region < 3; ++region) app.Set(0, region, {270, 0});
  app.Excess(0, 1, 810);
  EXPECT_EQ(app.Located(), "a0/r1");
  // If counts vary more, the flat parts may be flat by chance.
  EXPECT_EQ(app.Vmr(9).Located(), "all/r1");
}

TEST(LocateTest, LeavesTooSparseToBeRaisedAreFoundAsTheirRollup) {
  Cube cube(4, 3, 1000);
  for (size_t app = 0; app < 4; ++app) cube.Set(app, 1, {1, 2.9});
  EXPECT_EQ(cube.Located(), "all/r1");
  Cube all(4, 4, 1);
  for (size_t app = 0; app < 4; ++app) {
    for (size_t region = 0; region < 4; ++region) all.Excess(app, region, 1.4);
  }
  EXPECT_EQ(all.Located(), "all/all");
}

TEST(LocateTest, ARollupWithOnePartIsThatPart) {
  Cube region(3, 1, 100);
  region.Excess(1, 0, 300);
  EXPECT_EQ(region.Located(), "a1/r0");
  Cube app(1, 3, 100);
  app.Excess(0, 2, 300);
  EXPECT_EQ(app.Located(), "a0/r2");
  EXPECT_EQ(Cube(1, 1, 100).Excess(0, 0, 300).Located(), "a0/r0");
  // All regions of the only app.
  Cube whole(1, 3, 100);
  for (size_t i = 0; i < 3; ++i) whole.Excess(0, i, 300);
  EXPECT_EQ(whole.Located(), "a0/all");
  // All apps of the only region.
  Cube other(3, 1, 100);
  for (size_t i = 0; i < 3; ++i) other.Excess(i, 0, 300);
  EXPECT_EQ(other.Located(), "all/r0");
}

TEST(LocateTest, ACodeOfASinglePlaceRisesThere) {
  Cube cube(3, 3, 0);
  EXPECT_EQ(cube.Set(2, 1, {0.1, 300}).Located(), "a2/r1");
}

// Two apps in two regions with the given states; all other rows are quiet.
std::string LocatedOf(const std::vector<std::pair<Place, RowState>>& states) {
  Rows rows;
  for (const char* app : {"a0", "a1"}) {
    for (const char* region : {"r0", "r1"}) rows.Add({app, region});
  }
  std::vector<std::string> found;
  for (const uint32_t row : Locate(rows, [&](uint32_t r) {
         for (const auto& [place, state] : states) {
           if (place == rows.place(r)) return state;
         }
         return RowState{.expected = 10};
       })) {
    found.push_back(absl::StrCat(rows.place(row).app, "/", rows.place(row).region));
  }
  std::sort(found.begin(), found.end());
  return absl::StrJoin(found, " ");
}

TEST(LocateTest, ALeafIsFoundInARegionThatIsNoAlarmYet) {
  const RowState alarm = {.spike = true, .raised = true, .expected = 10, .excess = 100};
  const RowState raised = {.raised = true, .expected = 20, .excess = 100};
  const RowState all = {.spike = true, .raised = true, .expected = 40, .excess = 100};
  EXPECT_EQ(LocatedOf({{{"all", "all"}, all},
                       {{"all", "r1"}, raised},
                       {{"a0", "all"}, raised},
                       {{"a0", "r1"}, alarm}}),
            "a0/r1");
}

TEST(LocateTest, ALoopRaisesNoRollup) {
  const RowState loop = {.raised = true, .loop = true, .expected = 10, .excess = 100};
  const RowState alarm = {.spike = true, .raised = true, .expected = 20, .excess = 110};
  EXPECT_EQ(LocatedOf({{{"all", "all"}, alarm},
                       {{"all", "r1"}, alarm},
                       {{"a0", "all"}, alarm},
                       {{"a0", "r1"}, loop}}),
            "");
}

TEST(LocateTest, PartsThatAreRaisedByChanceAreNotTheWhole) {
  // The two have much less than their fair excess.
  Cube cube(3, 3, 36);
  cube.Excess(1, 2, 240).Excess(0, 2, 19).Excess(2, 2, 19);
  EXPECT_EQ(cube.Located(), "a1/r2");
}

TEST(LocateTest, ARegionAndAnotherLeafAreTwo) {
  Cube cube(3, 5, 100);
  for (size_t app = 0; app < 3; ++app) cube.Excess(app, 1, 300);
  cube.Excess(0, 3, 200);
  EXPECT_EQ(cube.Located(), "a0/r3 all/r1");
}

TEST(LocateTest, PlacesNeverOverlap) {
  // Every subset of a 3 x 3 cube.
  for (uint32_t mask = 1; mask < 512; ++mask) {
    Cube cube(3, 3, 100);
    for (size_t i = 0; i < 9; ++i) {
      if ((mask >> i & 1U) != 0) cube.Excess(i / 3, i % 3, 300);
    }
    const std::string found = cube.Located();
    EXPECT_NE(found, "") << mask;
    EXPECT_TRUE(found == "all/all" || found.find("all/all") == std::string::npos) << found;
    for (size_t i = 0; i < 9; ++i) {
      const std::string app = absl::StrCat("a", i / 3);
      const std::string region = absl::StrCat("r", i % 3);
      int held = static_cast<int>(found == "all/all");
      for (const std::string& place : {absl::StrCat(app, "/", region), absl::StrCat(app, "/all"),
                                       absl::StrCat("all/", region)}) {
        held += static_cast<int>(absl::StrContains(found, place));
      }
      EXPECT_LE(held, 1) << mask << ": " << found;
      if ((mask >> i & 1U) != 0) {
        EXPECT_EQ(held, 1) << mask << ": " << found;
      }
    }
  }
}

}  // namespace
}  // namespace gmewatch
