#include "daemon/detect/choose_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "daemon/detect/rows.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// The counts of a code in apps x regions, and the places that are chosen for them.
class Cube {
 public:
  // Returns a number for an (app, region).
  using Fn = std::function<double(size_t app, size_t region)>;

  Cube(size_t apps, size_t regions) : apps_(apps), regions_(regions) {
    for (size_t app = 0; app < apps; ++app) {
      for (size_t region = 0; region < regions; ++region) rows_.Add(PlaceOf(app, region));
    }
  }

  // Sets what was expected and what was counted in each (app, region).
  void Set(const Fn& expected, const Fn& events) {
    expected_.assign(rows_.size(), 0);
    events_.assign(rows_.size(), 0);
    for (size_t app = 0; app < apps_; ++app) {
      for (size_t region = 0; region < regions_; ++region) {
        const uint32_t leaf = rows_.Find(PlaceOf(app, region));
        const double now = events(app, region);
        for (const uint32_t row :
             {leaf, rows_.app_row(leaf), rows_.region_row(leaf), Rows::kEverything}) {
          expected_[row] += expected(app, region);
          events_[row] += now;
        }
      }
    }
  }
  // Each (app, region) has `expected` events times its factor.
  void Rise(double expected, const Fn& factor) {
    Set([=](size_t, size_t) { return expected; },
        [&](size_t app, size_t region) { return expected * factor(app, region); });
  }

  // Returns the places that are chosen, as "region of app", sorted. `current`: those that are
  // announced; `others`: where other codes rise.
  std::vector<std::string> Chosen(const std::vector<Place>& current = {},
                                  const std::vector<Place>& others = {}) const {
    std::vector<RaisedRow> raised;
    for (uint32_t row = 0; row < rows_.size(); ++row) {
      raised.push_back({row});
      const double events = events_[row];
      const double expected = expected_[row];
      if (events <= expected) continue;
      raised.back().gain = events * std::log(events / expected) - (events - expected);
      raised.back().events = events;
    }
    const std::vector<uint32_t> rows = ChoosePlaces(rows_, raised, RowsOf(current), RowsOf(others));
    for (size_t i = 0; i < rows.size(); ++i) {
      for (size_t k = 0; k < i; ++k) {
        EXPECT_FALSE(rows_.Overlap(rows[i], rows[k])) << Text(rows[i]) << ", " << Text(rows[k]);
      }
    }
    std::vector<std::string> texts;
    texts.reserve(rows.size());
    for (const uint32_t row : rows) texts.push_back(Text(row));
    std::sort(texts.begin(), texts.end());
    return texts;
  }

  static Place PlaceOf(size_t app, size_t region) {
    return {absl::StrCat("a", app), absl::StrCat("r", region)};
  }

 private:
  std::vector<uint32_t> RowsOf(const std::vector<Place>& places) const {
    std::vector<uint32_t> rows;
    rows.reserve(places.size());
    for (const Place& place : places) rows.push_back(rows_.Find(place));
    return rows;
  }
  std::string Text(uint32_t row) const {
    return absl::StrCat(rows_.place(row).region, " of ", rows_.place(row).app);
  }

  Rows rows_;
  size_t apps_;
  size_t regions_;
  std::vector<double> expected_;  // by row
  std::vector<double> events_;
};

TEST(ChoosePlacesTest, NothingIsChosenWhereNothingRises) {
  Cube cube(3, 4);
  cube.Rise(20, [](size_t, size_t) { return 1; });
  EXPECT_THAT(cube.Chosen(), IsEmpty());
  // Nor where the gain is not worth a line.
  cube.Rise(20, [](size_t app, size_t region) { return app + region == 0 ? 1.8 : 1; });
  EXPECT_THAT(cube.Chosen(), IsEmpty());
  EXPECT_THAT(ChoosePlaces(Rows(), {}, {}, {}), IsEmpty());
}

TEST(ChoosePlacesTest, ACodeWithFewEventsRisesWhereAnotherCodeDoes) {
  Cube cube(3, 4);
  const auto in_r2 = [&cube](double first, double rest) {
    cube.Rise(20, [=](size_t app, size_t region) {
      if (region != 2) return 1.0;
      return app == 1 ? first : rest;
    });
  };
  in_r2(3, 1.4);
  EXPECT_THAT(cube.Chosen(), ElementsAre("r2 of a1"));
  EXPECT_THAT(cube.Chosen({}, {{"all", "r2"}}), ElementsAre("r2 of all"));
  // Not if its own counts say otherwise, nor where it does not rise.
  in_r2(5, 1);
  EXPECT_THAT(cube.Chosen({}, {{"all", "r2"}}), ElementsAre("r2 of a1"));
  EXPECT_THAT(cube.Chosen({}, {{"all", "r0"}}), ElementsAre("r2 of a1"));
}

TEST(ChoosePlacesTest, ALeafARegionAnAppAndEverything) {
  Cube cube(3, 4);
  cube.Rise(20, [](size_t app, size_t region) { return app == 1 && region == 2 ? 5 : 1; });
  EXPECT_THAT(cube.Chosen(), ElementsAre("r2 of a1"));
  cube.Rise(20, [](size_t, size_t region) { return region == 2 ? 5 : 1; });
  EXPECT_THAT(cube.Chosen(), ElementsAre("r2 of all"));
  cube.Rise(20, [](size_t app, size_t) { return app == 1 ? 5 : 1; });
  EXPECT_THAT(cube.Chosen(), ElementsAre("all of a1"));
  cube.Rise(20, [](size_t, size_t) { return 5; });
  EXPECT_THAT(cube.Chosen(), ElementsAre("all of all"));
}

TEST(ChoosePlacesTest, SeveralPlacesThatShareNoWhole) {
  Cube cube(3, 4);
  cube.Rise(20, [](size_t, size_t region) { return region < 2 ? 5 : 1; });
  EXPECT_THAT(cube.Chosen(), ElementsAre("r0 of all", "r1 of all"));
  cube.Rise(20, [](size_t app, size_t) { return app < 2 ? 5 : 1; });
  EXPECT_THAT(cube.Chosen(), ElementsAre("all of a0", "all of a1"));
  cube.Rise(20, [](size_t app, size_t region) {
    return (app == 0 && region == 1) || (app == 2 && region == 3) ? 5 : 1;
  });
  EXPECT_THAT(cube.Chosen(), ElementsAre("r1 of a0", "r3 of a2"));
  // A region, and one app of another region.
  cube.Rise(20, [](size_t app, size_t region) {
    return region == 1 || (app == 2 && region == 3) ? 5 : 1;
  });
  EXPECT_THAT(cube.Chosen(), ElementsAre("r1 of all", "r3 of a2"));
}

// Parts of one outage rise by factors that differ by 30 %: they are still one outage.
TEST(ChoosePlacesTest, PartsThatRiseUnevenlyAreOneWhole) {
  const double uneven[] = {4, 5.2, 4.5, 5};
  for (const double expected : {20.0, 200.0, 2000.0}) {
    SCOPED_TRACE(expected);
    Cube cube(3, 4);
    cube.Rise(expected, [&](size_t, size_t region) { return uneven[region]; });
    EXPECT_THAT(cube.Chosen(), ElementsAre("all of all"));
    cube.Rise(expected, [&](size_t app, size_t region) { return region == 1 ? uneven[app] : 1; });
    EXPECT_THAT(cube.Chosen(), ElementsAre("r1 of all"));
    // Factors that differ by five times are two outages.
    cube.Rise(expected, [](size_t, size_t region) { return region == 0 ? 20 : 4; });
    EXPECT_THAT(cube.Chosen(), ElementsAre("r0 of all", "r1 of all", "r2 of all", "r3 of all"));
  }
}

TEST(ChoosePlacesTest, AnOnlyRegionIsNamedAsPreciselyAsPossible) {
  Cube cube(3, 1);
  cube.Rise(20, [](size_t app, size_t) { return app == 1 ? 5 : 1; });
  EXPECT_THAT(cube.Chosen(), ElementsAre("r0 of a1"));
  cube.Rise(20, [](size_t, size_t) { return 5; });
  EXPECT_THAT(cube.Chosen(), ElementsAre("r0 of all"));
  Cube one(1, 1);
  one.Rise(20, [](size_t, size_t) { return 5; });
  EXPECT_THAT(one.Chosen(), ElementsAre("r0 of a0"));
}

// A code that has next to never been seen rises by a factor that says nothing.
TEST(ChoosePlacesTest, HugeFactorsOnTinyExpectations) {
  for (const double expected : {1e-3, 1e-6, 1e-12}) {
    SCOPED_TRACE(expected);
    Cube cube(3, 4);
    const auto tiny = [expected](size_t, size_t) { return expected; };
    cube.Set(tiny, [](size_t app, size_t region) { return app == 1 && region == 2 ? 40 : 0; });
    EXPECT_THAT(cube.Chosen(), ElementsAre("r2 of a1"));
    cube.Set(tiny, [](size_t, size_t region) { return region == 2 ? 40 : 0; });
    EXPECT_THAT(cube.Chosen(), ElementsAre("r2 of all"));
    cube.Set(tiny, [](size_t, size_t) { return 40; });
    EXPECT_THAT(cube.Chosen(), ElementsAre("all of all"));
  }
}

// Another place must explain clearly more than the announced one, so that it does not alternate.
TEST(ChoosePlacesTest, WhatIsAnnouncedStaysUntilAnotherExplainsClearlyMore) {
  Cube cube(3, 4);
  // Region 1 rises in all apps; `more` in the first, so that its pair explains a little more.
  const auto rise = [&cube](double first, double others) {
    cube.Rise(20, [=](size_t app, size_t region) {
      return region != 1 ? 1 : app == 0 ? first : others;
    });
  };
  const Place region = {"all", "r1"};
  const Place pair = Cube::PlaceOf(0, 1);
  // Between the limits both stay.
  rise(3.5, 1.75);
  EXPECT_THAT(cube.Chosen({region}), ElementsAre("r1 of all"));
  EXPECT_THAT(cube.Chosen({pair}), ElementsAre("r1 of a0"));
  // Beyond them each gives way to the other.
  rise(8, 1.1);
  EXPECT_THAT(cube.Chosen({region}), ElementsAre("r1 of a0"));
  rise(4, 3.5);
  EXPECT_THAT(cube.Chosen({pair}), ElementsAre("r1 of all"));
}

// What is announced elsewhere is not taken away by a better explanation of other places.
TEST(ChoosePlacesTest, WhatIsAnnouncedElsewhereStaysBesideANewRise) {
  Cube cube(3, 4);
  cube.Rise(20, [](size_t, size_t region) { return region == 1 ? 6 : 1; });
  EXPECT_THAT(cube.Chosen({Cube::PlaceOf(2, 3)}), ElementsAre("r1 of all", "r3 of a2"));
  EXPECT_THAT(cube.Chosen({Cube::PlaceOf(2, 1)}), ElementsAre("r1 of all"));
}

// Random cubes with one outage in a random place, counted with Poisson noise.
TEST(ChoosePlacesTest, FindsThePlaceOfARandomOutage) {
  Random random(1);
  constexpr int kCubes = 1000;
  int right = 0;
  for (int i = 0; i < kCubes; ++i) {
    const auto apps = static_cast<size_t>(random.Integer(2, 6));
    const auto regions = static_cast<size_t>(random.Integer(2, 6));
    Cube cube(apps, regions);
    // Apps and regions of different sizes.
    std::vector<double> size(apps * regions);
    for (double& cell : size) cell = 15 * std::exp(random.Normal());
    const double factor = random.Uniform(4, 12);
    const int64_t kind = random.Integer(0, 3);
    const auto at_app = static_cast<size_t>(random.Integer(0, static_cast<int64_t>(apps) - 1));
    const auto at_region =
        static_cast<size_t>(random.Integer(0, static_cast<int64_t>(regions) - 1));
    const bool of_app = kind == 0 || kind == 1;
    const bool of_region = kind == 0 || kind == 2;
    const auto expected = [&](size_t app, size_t region) { return size[app * regions + region]; };
    cube.Set(expected, [&](size_t app, size_t region) {
      const bool in = (!of_app || app == at_app) && (!of_region || region == at_region);
      const double mean = expected(app, region) * (in ? factor * random.Uniform(0.9, 1.1) : 1);
      return static_cast<double>(random.Poisson(mean));
    });
    const std::string place = absl::StrCat(of_region ? absl::StrCat("r", at_region) : "all", " of ",
                                           of_app ? absl::StrCat("a", at_app) : "all");
    right += cube.Chosen() == std::vector<std::string>{place} ? 1 : 0;
  }
  EXPECT_GE(right, kCubes * 95 / 100);
}

}  // namespace
}  // namespace gmewatch
