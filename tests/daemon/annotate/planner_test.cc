#include "daemon/annotate/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/daemon/annotate/spikes.h"

namespace gmewatch {
namespace {

using Kind = PlannedRequest::Kind;

// The annotation of `spike` in Grafana, written when it was active or ended at `until_s`.
Annotation Stored(int64_t id, const Spike& spike, int64_t until_s) {
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
  planner.Take(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  EXPECT_EQ(planner.waiting(), 1U);
  const PlannedRequest find = Expect(&planner, Kind::kFind);
  EXPECT_LE(find.from_ms, kStart * 1000);
  EXPECT_GE(find.to_ms, (kStart + 20) * 1000);
  planner.Found({});
  EXPECT_EQ(Expect(&planner, Kind::kCreate).spike.until_s, kStart + 20);
  planner.Created(7);
  EXPECT_EQ(planner.waiting(), 0U);

  planner.Take(ReportAt(kStart + 79, {ActiveSpike(1005)}));
  EXPECT_FALSE(planner.Next().has_value()) << "a minute has not passed";
  planner.Take(ReportAt(kStart + 80, {ActiveSpike(1005)}));
  const PlannedRequest extend = Expect(&planner, Kind::kUpdate);
  EXPECT_EQ(extend.id, 7);
  EXPECT_EQ(extend.spike.until_s, kStart + 80);
  planner.Updated();
  EXPECT_FALSE(planner.Next().has_value());

  const Spike ended = EndedSpike(ActiveSpike(1005), kStart + 95);
  planner.Take(ReportAt(kStart + 100, {ended}));
  const PlannedRequest end = Expect(&planner, Kind::kUpdate);
  EXPECT_EQ(end.id, 7);
  EXPECT_FALSE(end.spike.spike.active);
  EXPECT_EQ(end.spike.until_s, kStart + 95);
  EXPECT_DOUBLE_EQ(end.spike.peak_rate, 0.7) << "the peak, not the rate at the end";
  planner.Updated();
  planner.Take(ReportAt(kStart + 3000, {ended}));
  EXPECT_FALSE(planner.Next().has_value());
}

TEST(PlannerTest, ARetryLoopGetsNoAnnotation) {
  Planner planner;
  Spike loop = ActiveSpike(1005);
  loop.retry_loop = true;
  planner.Take(ReportAt(kStart + 20, {loop}));
  EXPECT_FALSE(planner.Next().has_value());
  planner.Take(ReportAt(kStart + 30, {ActiveSpike(1005)}));
  Expect(&planner, Kind::kFind);
}

TEST(PlannerTest, ARestartAdoptsTheAnnotation) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  Expect(&planner, Kind::kFind);
  EXPECT_TRUE(planner.Found({Stored(7, ActiveSpike(1005), kStart + 10)}));
  EXPECT_FALSE(planner.Next().has_value());
  planner.Take(ReportAt(kStart + 70, {ActiveSpike(1005)}));
  EXPECT_EQ(Expect(&planner, Kind::kUpdate).id, 7);
}

TEST(PlannerTest, ARestartAfterTheEndWritesTheEndAndKeepsTheRates) {
  const Spike ended = EndedSpike(ActiveSpike(1005), kStart + 95);
  Planner planner;
  planner.Take(ReportAt(kStart + 200, {ended}));
  Expect(&planner, Kind::kFind);
  EXPECT_TRUE(planner.Found({Stored(7, ActiveSpike(1005), kStart + 60)}));
  const PlannedRequest end = Expect(&planner, Kind::kUpdate);
  EXPECT_EQ(end.id, 7);
  EXPECT_FALSE(end.spike.height_known);
  planner.Updated();

  Planner later;
  later.Take(ReportAt(kStart + 300, {ended}));
  Expect(&later, Kind::kFind);
  EXPECT_TRUE(later.Found({Stored(7, ended, kStart + 95)}));
  EXPECT_FALSE(later.Next().has_value()) << "Grafana has the end";
}

// After a kill the detector's state is up to a minute old, so a spike may start at another tick.
TEST(PlannerTest, AnActiveOneWithAnotherStartIsAdoptedAndMoved) {
  Planner planner;
  planner.Take(ReportAt(kStart + 200, {ActiveSpike(1005, kStart - 40)}));
  const PlannedRequest find = Expect(&planner, Kind::kFind);
  const Annotation stored = Stored(7, ActiveSpike(1005), kStart + 60);
  EXPECT_LE(find.from_ms, stored.time_end_ms);
  EXPECT_GE(find.to_ms, stored.time_ms);
  EXPECT_TRUE(planner.Found({stored}));
  const PlannedRequest update = Expect(&planner, Kind::kUpdate);
  EXPECT_EQ(update.id, 7);
  EXPECT_EQ(update.spike.spike.start_s, kStart - 40);
}

TEST(PlannerTest, AnnotationsOfOtherSpikesAreNotAdopted) {
  const auto adopts = [](Annotation stored) {
    Planner planner;
    planner.Take(ReportAt(kStart + 200, {ActiveSpike(1005)}));
    Expect(&planner, Kind::kFind);
    return planner.Found({std::move(stored)});
  };
  EXPECT_TRUE(adopts(Stored(7, ActiveSpike(1005), kStart + 60)));
  EXPECT_FALSE(adopts(Stored(7, ActiveSpike(1006), kStart + 60)));
  EXPECT_FALSE(
      adopts(Stored(7, EndedSpike(ActiveSpike(1005, kStart - 60), kStart - 5), kStart - 5)))
      << "an earlier spike, which has ended";
  Spike upper = ActiveSpike(1005);
  upper.where.place.app = "DEMO";
  EXPECT_FALSE(adopts(Stored(7, upper, kStart + 60))) << "as MySQL finds it, which ignores case";
}

TEST(PlannerTest, TheExactStartThenTheLowestIdIsAdopted) {
  Planner planner;
  planner.Take(ReportAt(kStart + 200, {ActiveSpike(1005)}));
  Expect(&planner, Kind::kFind);
  planner.Found({Stored(9, ActiveSpike(1005), kStart + 60),
                 Stored(3, ActiveSpike(1005, kStart + 1), kStart + 60),
                 Stored(8, ActiveSpike(1005), kStart + 60)});
  EXPECT_EQ(Expect(&planner, Kind::kUpdate).id, 8);
}

TEST(PlannerTest, SearchesAgainAfterAPostWithoutAResponse) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  Expect(&planner, Kind::kFind);
  planner.Found({});
  Expect(&planner, Kind::kCreate);
  planner.Failed();
  Expect(&planner, Kind::kFind);
  EXPECT_TRUE(planner.Found({Stored(7, ActiveSpike(1005), kStart + 20)}));
  EXPECT_FALSE(planner.Next().has_value()) << "the POST had been carried out";
}

TEST(PlannerTest, AFailedUpdateIsTriedAgain) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  CreateIt(&planner, 7);
  planner.Take(ReportAt(kStart + 100, {EndedSpike(ActiveSpike(1005), kStart + 95)}));
  Expect(&planner, Kind::kUpdate);
  planner.Failed();
  EXPECT_EQ(Expect(&planner, Kind::kUpdate).id, 7);
}

TEST(PlannerTest, ARejectedSpikeIsGivenUpAndTheOthersGoOn) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {ActiveSpike(1005), ActiveSpike(1006)}));
  Expect(&planner, Kind::kFind, 1005);
  planner.Rejected();
  CreateIt(&planner, 7, 1006);
  EXPECT_FALSE(planner.Next().has_value());
  planner.Take(
      ReportAt(kStart + 30, {EndedSpike(ActiveSpike(1005), kStart + 30), ActiveSpike(1006)}));
  EXPECT_FALSE(planner.Next().has_value());
}

TEST(PlannerTest, ASpikeThatAlwaysFailsDoesNotHoldUpTheOthers) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {ActiveSpike(1005), ActiveSpike(1006)}));
  Expect(&planner, Kind::kFind, 1005);
  planner.Failed();
  CreateIt(&planner, 7, 1006);
  Expect(&planner, Kind::kFind, 1005);
}

TEST(PlannerTest, NewSpikesComeBeforeEndsAndEndsBeforeExtensions) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {ActiveSpike(1), ActiveSpike(2)}));
  CreateIt(&planner, 11, 1);
  CreateIt(&planner, 12, 2);
  planner.Take(ReportAt(kStart + 100, {ActiveSpike(1), EndedSpike(ActiveSpike(2), kStart + 90),
                                       ActiveSpike(3, kStart + 95)}));
  CreateIt(&planner, 13, 3);
  Expect(&planner, Kind::kUpdate, 2);
  planner.Updated();
  Expect(&planner, Kind::kUpdate, 1);
  planner.Updated();
  EXPECT_FALSE(planner.Next().has_value());
}

// The detector's state was reset, or the next spike took the place of the one before.
TEST(PlannerTest, ASpikeThatIsNoLongerListedEndedAtTheLastReport) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  CreateIt(&planner, 7);
  planner.Take(ReportAt(kStart + 50, {ActiveSpike(1005)}));
  planner.Take(ReportAt(kStart + 60, {ActiveSpike(1005, kStart + 55)}));
  Expect(&planner, Kind::kFind);
  EXPECT_FALSE(planner.Found({Stored(7, ActiveSpike(1005), kStart + 20)}))
      << "that is the earlier spike";
  EXPECT_EQ(Expect(&planner, Kind::kCreate).spike.spike.start_s, kStart + 55);
  planner.Created(8);
  const PlannedRequest end = Expect(&planner, Kind::kUpdate);
  EXPECT_EQ(end.id, 7);
  EXPECT_FALSE(end.spike.spike.active);
  EXPECT_EQ(end.spike.until_s, kStart + 50);
  planner.Updated();
  EXPECT_FALSE(planner.Next().has_value());
}

TEST(PlannerTest, ASpikeThatCouldNotBePushedForAnHourIsCountedAsExpired) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  planner.Take(ReportAt(kStart + 100, {EndedSpike(ActiveSpike(1005), kStart + 90)}));
  EXPECT_EQ(planner.Take(ReportAt(kStart + 90 + 3599, {})).expired, 0U);
  EXPECT_EQ(planner.waiting(), 1U);
  EXPECT_EQ(planner.Take(ReportAt(kStart + 90 + 3600, {})).expired, 1U);
  EXPECT_EQ(planner.waiting(), 0U);
  EXPECT_EQ(planner.Take(ReportAt(kStart + 90 + 3610, {})).expired, 0U);
}

TEST(PlannerTest, WithoutRoomTheEarliestEndedAreLeftOutFirstThenTheLatestStarted) {
  Planner planner(2);
  const Spike old_end = EndedSpike(ActiveSpike(1), kStart + 10);
  const Spike new_end = EndedSpike(ActiveSpike(2), kStart + 20);
  EXPECT_EQ(planner.Take(ReportAt(kStart + 30, {old_end, new_end})).no_room, 0U);
  EXPECT_EQ(planner.Take(ReportAt(kStart + 40, {old_end, new_end, ActiveSpike(3)})).no_room, 1U);
  // Counted once.
  EXPECT_EQ(planner.Take(ReportAt(kStart + 50, {old_end, new_end, ActiveSpike(3)})).no_room, 0U);
  const std::vector<Spike> many = {old_end, new_end, ActiveSpike(3), ActiveSpike(4),
                                   ActiveSpike(5, kStart + 1)};
  EXPECT_EQ(planner.Take(ReportAt(kStart + 60, many)).no_room, 2U);
  CreateIt(&planner, 13, 3);
  CreateIt(&planner, 14, 4);
  EXPECT_FALSE(planner.Next().has_value());
  // When there is room again.
  planner.Take(ReportAt(kStart + 70, {ActiveSpike(3), ActiveSpike(5, kStart + 1)}));
  CreateIt(&planner, 15, 5);
}

TEST(PlannerTest, ForgetStartsOverWithAnotherGrafana) {
  Planner planner;
  planner.Take(ReportAt(kStart + 20, {ActiveSpike(1005), ActiveSpike(1006)}));
  CreateIt(&planner, 7, 1005);
  Expect(&planner, Kind::kFind, 1006);
  planner.Rejected();
  planner.Forget();
  CreateIt(&planner, 1, 1005);
  CreateIt(&planner, 2, 1006);
}

}  // namespace
}  // namespace gmewatch
