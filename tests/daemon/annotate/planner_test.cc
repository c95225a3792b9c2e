#include "daemon/annotate/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/daemon/annotate/spikes.h"

namespace gmewatch {
namespace {

using Kind = PlannedRequest::Kind;

// What Grafana would have of it.
Annotation Told(int64_t id, const Spike& spike, int64_t until_s) {
  AnnotatedSpike annotated;
  annotated.spike = spike;
  annotated.until_s = until_s;
  Annotation out = AnnotationFor(annotated, nullptr, {});
  out.id = id;
  return out;
}

// The next request must be of this kind and about this code.
PlannedRequest Expect(Planner* planner, Kind kind, int32_t code = 1005) {
  const std::optional<PlannedRequest> planned = planner->Next();
  EXPECT_TRUE(planned.has_value()) << "for " << code;
  if (!planned.has_value()) return {};
  EXPECT_EQ(static_cast<int>(planned->kind), static_cast<int>(kind)) << "for " << code;
  EXPECT_EQ(planned->spike.spike.where.code, code);
  return *planned;
}

void CreateIt(Planner* planner, int64_t id, int32_t code = 1005) {
  Expect(planner, Kind::kFind, code);
  EXPECT_FALSE(planner->Found({}));
  Expect(planner, Kind::kCreate, code);
  planner->Created(id);
}

TEST(PlannerTest, SearchesThenCreatesThenExtendsThenEnds) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {Lasting(1005)}));
  EXPECT_EQ(planner.waiting(), 1U);
  const PlannedRequest find = Expect(&planner, Kind::kFind);
  EXPECT_LE(find.from_ms, kStart * 1000);
  EXPECT_GE(find.to_ms, (kStart + 20) * 1000);
  planner.Found({});
  EXPECT_EQ(Expect(&planner, Kind::kCreate).spike.until_s, kStart + 20);
  planner.Created(7);
  EXPECT_EQ(planner.waiting(), 0U);

  planner.Take(ReportAt(kStart + 79, {Lasting(1005)}));
  EXPECT_FALSE(planner.Next().has_value()) << "a minute has not passed";
  planner.Take(ReportAt(kStart + 80, {Lasting(1005)}));
  const PlannedRequest extend = Expect(&planner, Kind::kUpdate);
  EXPECT_EQ(extend.id, 7);
  EXPECT_EQ(extend.spike.until_s, kStart + 80);
  planner.Updated();
  EXPECT_FALSE(planner.Next().has_value());

  const Spike over = Over(Lasting(1005), kStart + 95);
  planner.Take(ReportAt(kStart + 100, {over}));
  const PlannedRequest end = Expect(&planner, Kind::kUpdate);
  EXPECT_EQ(end.id, 7);
  EXPECT_FALSE(end.spike.spike.active);
  EXPECT_EQ(end.spike.until_s, kStart + 95);
  EXPECT_DOUBLE_EQ(end.spike.peak_rate, 0.7) << "its height, not what it fell back to";
  planner.Updated();
  planner.Take(ReportAt(kStart + 3000, {over}));
  EXPECT_FALSE(planner.Next().has_value());
}

TEST(PlannerTest, ARetryLoopIsNotTold) {
  Planner planner;
  Spike loop = Lasting(1005);
  loop.retry_loop = true;
  planner.Take(ReportAt(kStart + 20, {loop}));
  EXPECT_FALSE(planner.Next().has_value());
  planner.Take(ReportAt(kStart + 30, {Lasting(1005)}));
  Expect(&planner, Kind::kFind);
}

TEST(PlannerTest, ARestartTakesTheAnnotationThatIsThere) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {Lasting(1005)}));
  Expect(&planner, Kind::kFind);
  EXPECT_TRUE(planner.Found({Told(7, Lasting(1005), kStart + 10)}));
  EXPECT_FALSE(planner.Next().has_value());
  planner.Take(ReportAt(kStart + 70, {Lasting(1005)}));
  EXPECT_EQ(Expect(&planner, Kind::kUpdate).id, 7);
}

TEST(PlannerTest, ARestartAfterTheEndTellsTheEndAndLeavesTheRatesAlone) {
  const Spike over = Over(Lasting(1005), kStart + 95);
  Planner planner;
  planner.Take(ReportAt(kStart + 200, {over}));
  Expect(&planner, Kind::kFind);
  EXPECT_TRUE(planner.Found({Told(7, Lasting(1005), kStart + 60)}));
  const PlannedRequest end = Expect(&planner, Kind::kUpdate);
  EXPECT_EQ(end.id, 7);
  EXPECT_FALSE(end.spike.height_known);
  planner.Updated();

  Planner later;
  later.Take(ReportAt(kStart + 300, {over}));
  Expect(&later, Kind::kFind);
  EXPECT_TRUE(later.Found({Told(7, over, kStart + 95)}));
  EXPECT_FALSE(later.Next().has_value()) << "all is told";
}

// The detector's memory is up to a minute old after a kill, and what came since is one long tick.
TEST(PlannerTest, ALastingOneOfAnotherStartIsTakenAndMoved) {
  Planner planner;
  planner.Take(ReportAt(kStart + 200, {Lasting(1005, kStart - 40)}));
  const PlannedRequest find = Expect(&planner, Kind::kFind);
  const Annotation told = Told(7, Lasting(1005), kStart + 60);
  EXPECT_LE(find.from_ms, told.time_end_ms);
  EXPECT_GE(find.to_ms, told.time_ms);
  EXPECT_TRUE(planner.Found({told}));
  const PlannedRequest update = Expect(&planner, Kind::kUpdate);
  EXPECT_EQ(update.id, 7);
  EXPECT_EQ(update.spike.spike.start_s, kStart - 40);
}

TEST(PlannerTest, WhatIsAnothersIsNotTaken) {
  const auto takes = [](Annotation told) {
    Planner planner;
    planner.Take(ReportAt(kStart + 200, {Lasting(1005)}));
    Expect(&planner, Kind::kFind);
    return planner.Found({std::move(told)});
  };
  EXPECT_TRUE(takes(Told(7, Lasting(1005), kStart + 60)));
  EXPECT_FALSE(takes(Told(7, Lasting(1006), kStart + 60)));
  EXPECT_FALSE(takes(Told(7, Over(Lasting(1005, kStart - 60), kStart - 5), kStart - 5)))
      << "an earlier spike, which is over";
  Spike upper = Lasting(1005);
  upper.where.place.app = "DEMO";
  EXPECT_FALSE(takes(Told(7, upper, kStart + 60))) << "as MySQL finds it, which ignores case";
}

TEST(PlannerTest, OfSeveralTheExactStartThenTheOldestIsTaken) {
  Planner planner;
  planner.Take(ReportAt(kStart + 200, {Lasting(1005)}));
  Expect(&planner, Kind::kFind);
  planner.Found({Told(9, Lasting(1005), kStart + 60),
                 Told(3, Lasting(1005, kStart + 1), kStart + 60),
                 Told(8, Lasting(1005), kStart + 60)});
  EXPECT_EQ(Expect(&planner, Kind::kUpdate).id, 8);
}

TEST(PlannerTest, SearchesAgainAfterAPostWithoutAnAnswer) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {Lasting(1005)}));
  Expect(&planner, Kind::kFind);
  planner.Found({});
  Expect(&planner, Kind::kCreate);
  planner.Failed();
  Expect(&planner, Kind::kFind);
  EXPECT_TRUE(planner.Found({Told(7, Lasting(1005), kStart + 20)}));
  EXPECT_FALSE(planner.Next().has_value()) << "it had been carried out";
}

TEST(PlannerTest, AFailedUpdateIsTriedAgain) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {Lasting(1005)}));
  CreateIt(&planner, 7);
  planner.Take(ReportAt(kStart + 100, {Over(Lasting(1005), kStart + 95)}));
  Expect(&planner, Kind::kUpdate);
  planner.Failed();
  EXPECT_EQ(Expect(&planner, Kind::kUpdate).id, 7);
}

TEST(PlannerTest, WhatIsRefusedIsGivenUpAndTheOthersGoOn) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {Lasting(1005), Lasting(1006)}));
  Expect(&planner, Kind::kFind, 1005);
  planner.Refused();
  CreateIt(&planner, 7, 1006);
  EXPECT_FALSE(planner.Next().has_value());
  planner.Take(ReportAt(kStart + 30, {Over(Lasting(1005), kStart + 30), Lasting(1006)}));
  EXPECT_FALSE(planner.Next().has_value());
}

TEST(PlannerTest, WhatAlwaysFailsHoldsUpNone) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {Lasting(1005), Lasting(1006)}));
  Expect(&planner, Kind::kFind, 1005);
  planner.Failed();
  CreateIt(&planner, 7, 1006);
  Expect(&planner, Kind::kFind, 1005);
}

TEST(PlannerTest, NewSpikesComeBeforeEndsAndEndsBeforeExtensions) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {Lasting(1), Lasting(2)}));
  CreateIt(&planner, 11, 1);
  CreateIt(&planner, 12, 2);
  planner.Take(
      ReportAt(kStart + 100, {Lasting(1), Over(Lasting(2), kStart + 90), Lasting(3, kStart + 95)}));
  CreateIt(&planner, 13, 3);
  Expect(&planner, Kind::kUpdate, 2);
  planner.Updated();
  Expect(&planner, Kind::kUpdate, 1);
  planner.Updated();
  EXPECT_FALSE(planner.Next().has_value());
}

// The detector began anew, or the next spike took the line of the one before.
TEST(PlannerTest, WhatVanishesEndedWhenItWasLastSeen) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {Lasting(1005)}));
  CreateIt(&planner, 7);
  planner.Take(ReportAt(kStart + 50, {Lasting(1005)}));
  planner.Take(ReportAt(kStart + 60, {Lasting(1005, kStart + 55)}));
  Expect(&planner, Kind::kFind);
  EXPECT_FALSE(planner.Found({Told(7, Lasting(1005), kStart + 20)})) << "that is the one before";
  EXPECT_EQ(Expect(&planner, Kind::kCreate).spike.spike.start_s, kStart + 55);
  planner.Created(8);
  const PlannedRequest end = Expect(&planner, Kind::kUpdate);
  EXPECT_EQ(end.id, 7);
  EXPECT_FALSE(end.spike.spike.active);
  EXPECT_EQ(end.spike.until_s, kStart + 50);
  planner.Updated();
  EXPECT_FALSE(planner.Next().has_value());
}

TEST(PlannerTest, WhatCouldNotBeToldForAnHourIsCountedAsGivenUp) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {Lasting(1005)}));
  planner.Take(ReportAt(kStart + 100, {Over(Lasting(1005), kStart + 90)}));
  EXPECT_EQ(planner.Take(ReportAt(kStart + 90 + 3599, {})).expired, 0U);
  EXPECT_EQ(planner.waiting(), 1U);
  EXPECT_EQ(planner.Take(ReportAt(kStart + 90 + 3600, {})).expired, 1U);
  EXPECT_EQ(planner.waiting(), 0U);
  EXPECT_EQ(planner.Take(ReportAt(kStart + 90 + 3610, {})).expired, 0U);
}

TEST(PlannerTest, WithoutRoomTheLongestOverGoFirstThenTheYoungest) {
  Planner planner(2);
  const Spike old_end = Over(Lasting(1), kStart + 10);
  const Spike new_end = Over(Lasting(2), kStart + 20);
  EXPECT_EQ(planner.Take(ReportAt(kStart + 30, {old_end, new_end})).no_room, 0U);
  EXPECT_EQ(planner.Take(ReportAt(kStart + 40, {old_end, new_end, Lasting(3)})).no_room, 1U);
  // Counted once.
  EXPECT_EQ(planner.Take(ReportAt(kStart + 50, {old_end, new_end, Lasting(3)})).no_room, 0U);
  const std::vector<Spike> many = {old_end, new_end, Lasting(3), Lasting(4),
                                   Lasting(5, kStart + 1)};
  EXPECT_EQ(planner.Take(ReportAt(kStart + 60, many)).no_room, 2U);
  CreateIt(&planner, 13, 3);
  CreateIt(&planner, 14, 4);
  EXPECT_FALSE(planner.Next().has_value());
  // When there is room again.
  planner.Take(ReportAt(kStart + 70, {Lasting(3), Lasting(5, kStart + 1)}));
  CreateIt(&planner, 15, 5);
}

TEST(PlannerTest, OfAnotherGrafanaItKnowsNothing) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {Lasting(1005), Lasting(1006)}));
  CreateIt(&planner, 7, 1005);
  Expect(&planner, Kind::kFind, 1006);
  planner.Refused();
  planner.Forget();
  CreateIt(&planner, 1, 1005);
  CreateIt(&planner, 2, 1006);
}

}  // namespace
}  // namespace gmewatch
