#include "tests/evaluation/month_score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <numeric>

namespace gmewatch::detect_eval {
namespace {

constexpr int64_t kStart = kDayTicks;
constexpr int64_t kEnd = kStart + kHourTicks;
constexpr int kCode = 5;
constexpr FleetPlace kPlace = {kAll, 1};

MonthEvent Event(EventKind kind) {
  return {.kind = kind, .start = kStart, .end = kEnd, .place = kPlace, .codes = {kCode}};
}

Line SpikeLine(int64_t begin, int64_t end, FleetPlace place = kPlace, int code = kCode) {
  Line line;
  line.what.code = code;
  line.what.place = place;
  line.what.since = begin;
  line.begin = begin;
  line.end = end;
  return line;
}

Line LineOfKind(LineKind kind, int64_t begin, FleetPlace place) {
  Line line = SpikeLine(begin, begin + kHourTicks, place, 0);
  line.what.kind = kind;
  return line;
}

// Scores lines against one event, which can be decided at its start.
MonthTally ScoreEvent(const MonthEvent& event, const std::vector<Line>& lines) {
  MonthPlan plan;
  plan.ticks = kWeekTicks;
  MonthLabel label = {event, std::nullopt};
  if (event.is_outage() || event.kind == EventKind::kStop) label.decided = event.start;
  return ScoreMonth(plan, {label}, lines);
}

int64_t FalseLines(const MonthTally& tally) {
  return std::accumulate(tally.false_lines.begin(), tally.false_lines.end(), int64_t{0});
}

int64_t FalseLines(const MonthTally& tally, Cause cause) {
  EXPECT_EQ(FalseLines(tally), tally.false_lines[static_cast<size_t>(cause)]);
  return FalseLines(tally);
}

TEST(MonthScoreTest, OneLineInTheRightPlaceFromStartToEndIsPerfect) {
  const MonthTally tally =
      ScoreEvent(Event(EventKind::kOutage), {SpikeLine(kStart + 6, kEnd + 60)});
  const LabelResult& result = tally.results[0];
  EXPECT_TRUE(result.reported && result.in_time && result.right_place && result.once &&
              result.ended);
  EXPECT_EQ(result.delay, 6);
  EXPECT_EQ(FalseLines(tally), 0);
}

TEST(MonthScoreTest, ALineMustComeInTimeAndEndInTime) {
  const auto result = [](int64_t begin, int64_t end) {
    return ScoreEvent(Event(EventKind::kOutage), {SpikeLine(begin, end)}).results[0];
  };
  EXPECT_FALSE(result(kStart + 7, kEnd).in_time);
  EXPECT_TRUE(result(kStart + 7, kEnd).reported);
  EXPECT_TRUE(result(kStart, kEnd).ended);
  EXPECT_FALSE(result(kStart, kEnd - 6).ended) << "the outage went on for a minute";
  EXPECT_FALSE(result(kStart, kEnd + 61).ended);
  EXPECT_FALSE(result(kStart, kForGood).ended);
  MonthPlan plan;
  plan.ticks = kWeekTicks;
  const MonthLabel slow = {Event(EventKind::kOutage), kStart + 100};
  EXPECT_TRUE(ScoreMonth(plan, {slow}, {SpikeLine(kStart + 100, kEnd)}).results[0].in_time);
  EXPECT_FALSE(ScoreMonth(plan, {slow}, {SpikeLine(kStart + 101, kEnd)}).results[0].in_time);
}

TEST(MonthScoreTest, ThePlaceCountsAtTheEnd) {
  const auto tally = [](const std::vector<Line>& lines) {
    return ScoreEvent(Event(EventKind::kOutage), lines);
  };
  const MonthTally moved = tally({SpikeLine(kStart, kStart + 9, {}), SpikeLine(kStart + 9, kEnd)});
  EXPECT_TRUE(moved.results[0].right_place);
  EXPECT_FALSE(moved.results[0].once);
  EXPECT_EQ(FalseLines(moved), 0);
  EXPECT_FALSE(tally({SpikeLine(kStart, kEnd, {})}).results[0].right_place) << "too wide";
  EXPECT_FALSE(tally({SpikeLine(kStart, kEnd, {0, 1})}).results[0].right_place) << "too narrow";
  EXPECT_FALSE(
      tally({SpikeLine(kStart, kEnd), SpikeLine(kStart, kEnd, {0, 1})}).results[0].right_place);
  EXPECT_FALSE(tally({SpikeLine(kStart, kStart + 99, {}), SpikeLine(kStart, kStart + 9)})
                   .results[0]
                   .right_place)
      << "the one that lasted longer";
}

TEST(MonthScoreTest, SeveralCodesAreOneLineEachInOneIncident) {
  MonthEvent group = Event(EventKind::kOutage);
  group.codes = {5, 6};
  std::vector<Line> lines = {SpikeLine(kStart, kEnd, kPlace, 5),
                             SpikeLine(kStart, kEnd, kPlace, 6)};
  EXPECT_TRUE(ScoreEvent(group, lines).results[0].once);
  lines[1].what.incident = 9;
  EXPECT_FALSE(ScoreEvent(group, lines).results[0].once);
}

TEST(MonthScoreTest, WhatIsNoPartOfAnOutageIsFalseAndHasACause) {
  const auto false_line = [](const Line& line, Cause cause) {
    const MonthTally tally = ScoreEvent(Event(EventKind::kOutage), {SpikeLine(kStart, kEnd), line});
    return FalseLines(tally, cause);
  };
  EXPECT_EQ(false_line(SpikeLine(kEnd, kEnd + 9), Cause::kOutageOver), 1);
  EXPECT_EQ(false_line(SpikeLine(kStart + 9, kEnd, {0, 2}), Cause::kOutageElsewhere), 1);
  EXPECT_EQ(false_line(SpikeLine(kStart + 9, kEnd, kPlace, 6), Cause::kNothing), 1);
  EXPECT_EQ(false_line(SpikeLine(kStart - 1, kStart), Cause::kNothing), 1);
  // The first line of an outage may come a little after its end, but is not in time.
  const MonthTally late = ScoreEvent(Event(EventKind::kOutage), {SpikeLine(kEnd + 60, kEnd + 99)});
  EXPECT_TRUE(late.results[0].reported);
  EXPECT_FALSE(late.results[0].in_time);
  EXPECT_EQ(FalseLines(late), 0);
}

TEST(MonthScoreTest, LinesOfTheWarmUpAreCountedApart) {
  MonthPlan plan;
  plan.warm_up = kStart;
  plan.ticks = kStart + kWeekTicks;
  const MonthTally tally = ScoreMonth(plan, {}, {SpikeLine(0, 9), SpikeLine(kStart, kEnd)});
  EXPECT_EQ(tally.warm_up_lines, 1);
  EXPECT_EQ(FalseLines(tally, Cause::kNothing), 1);
  EXPECT_DOUBLE_EQ(tally.weeks, 1);
}

// False lines, and false loops.
using Lines = std::pair<int64_t, int64_t>;

TEST(MonthScoreTest, OtherEventsMayHaveTheirLinesAndNoMore) {
  const auto false_lines = [](const MonthEvent& event, const std::vector<Line>& lines) {
    const MonthTally tally = ScoreEvent(event, lines);
    return Lines(FalseLines(tally), tally.false_loops);
  };
  const Line spike = SpikeLine(kStart + 5, kEnd);
  Line loop = spike;
  loop.what.kind = LineKind::kLoop;
  const MonthEvent looping = Event(EventKind::kLoop);
  EXPECT_EQ(false_lines(looping, {spike}), Lines(1, 0)) << "few clients never page";
  EXPECT_EQ(false_lines(looping, {loop}), Lines(0, 0));
  EXPECT_EQ(false_lines(Event(EventKind::kCrowd), {loop}), Lines(0, 1));
  EXPECT_EQ(false_lines(Event(EventKind::kRelease), {spike}), Lines(0, 0));
  EXPECT_EQ(false_lines(Event(EventKind::kRelease), {spike, SpikeLine(kStart + 9, kEnd, {})}),
            Lines(1, 0));
  MonthEvent peak = Event(EventKind::kPeak);
  EXPECT_EQ(false_lines(peak, {spike}), Lines(0, 0)) << "it is new";
  peak.known = true;
  EXPECT_EQ(false_lines(peak, {spike}), Lines(1, 0));
  const Line traffic = LineOfKind(LineKind::kTraffic, kStart + 5, {});
  EXPECT_EQ(false_lines(Event(EventKind::kCrowd), {traffic}), Lines(0, 0));
  EXPECT_EQ(false_lines(Event(EventKind::kCrowd), {traffic, traffic}), Lines(1, 0));
  EXPECT_EQ(false_lines(Event(EventKind::kCrowd), {spike}), Lines(1, 0));
  const Line launch = LineOfKind(LineKind::kLaunch, kStart + 5, kPlace);
  EXPECT_EQ(false_lines(Event(EventKind::kLaunch), {launch}), Lines(0, 0));
  EXPECT_EQ(false_lines(Event(EventKind::kLaunch), {launch, launch}), Lines(1, 0));
  EXPECT_EQ(false_lines(Event(EventKind::kLaunch), {LineOfKind(LineKind::kLaunch, kStart, {})}),
            Lines(1, 0))
      << "it does not name the place";
  EXPECT_EQ(false_lines(Event(EventKind::kHoliday), {spike}), Lines(1, 0));
}

TEST(MonthScoreTest, AStopIsReportedByALineOfItsOwnKind) {
  MonthEvent stop = Event(EventKind::kStop);
  stop.codes.clear();
  const Line silence = LineOfKind(LineKind::kSilence, kStart, kPlace);
  EXPECT_TRUE(ScoreEvent(stop, {silence}).results[0].in_time);
  EXPECT_TRUE(ScoreEvent(stop, {silence}).results[0].right_place);
  EXPECT_FALSE(ScoreEvent(stop, {SpikeLine(kStart, kEnd)}).results[0].reported);
  EXPECT_EQ(FalseLines(ScoreEvent(Event(EventKind::kCrowd), {silence}), Cause::kCrowd), 1);
}

// Whole months of lines that are made from the labels.
class JudgedMonthTest : public testing::TestWithParam<uint64_t> {
 protected:
  JudgedMonthTest() : fleet_(GetParam()), plan_(PlanMonth(GetParam(), fleet_, kMonthDays)) {
    for (const MonthEvent& event : plan_.events) {
      MonthLabel label = {event, std::nullopt};
      if (event.is_outage()) label.decided = event.start + 12;
      if (event.kind == EventKind::kStop) label.decided = event.start + Month::kStopTicks;
      labels_.push_back(label);
    }
  }

  using ActiveFn = std::function<void(int64_t tick, std::vector<ActiveLine>* active)>;
  MonthTally Score(const ActiveFn& active_at) const {
    LineLog log;
    std::vector<ActiveLine> active;
    for (int64_t tick = 0; tick < plan_.ticks; ++tick) {
      active.clear();
      active_at(tick, &active);
      log.Observe(tick, active);
    }
    return ScoreMonth(plan_, labels_, log.lines());
  }

  // The labels that must be reported, and those that are perfect.
  std::pair<int, int> Perfect(const MonthTally& tally) const {
    int all = 0;
    int perfect = 0;
    for (size_t i = 0; i < labels_.size(); ++i) {
      if (!labels_[i].detectable()) continue;
      ++all;
      const LabelResult& result = tally.results[i];
      if (result.in_time && result.right_place && result.once && result.ended) ++perfect;
    }
    return {all, perfect};
  }

  const Fleet fleet_;
  const MonthPlan plan_;
  std::vector<MonthLabel> labels_;
};

TEST_P(JudgedMonthTest, AnOracleIsPerfectAndHasNoFalseLines) {
  const MonthTally tally = Score([this](int64_t tick, std::vector<ActiveLine>* active) {
    for (size_t i = 0; i < labels_.size(); ++i) {
      const MonthLabel& label = labels_[i];
      if (!label.detectable() || tick < *label.decided || !label.event.IsOn(tick)) continue;
      if (label.event.kind == EventKind::kStop) {
        active->push_back({LineKind::kSilence, 0, label.event.place, tick, i + 1});
      }
      for (const int code : label.event.codes) {
        active->push_back({LineKind::kSpike, code, label.event.place, tick, i + 1});
      }
    }
  });
  EXPECT_EQ(Perfect(tally), std::pair(15, 15));
  EXPECT_EQ(FalseLines(tally), 0);
  EXPECT_EQ(tally.warm_up_lines, 0);
}

TEST_P(JudgedMonthTest, ASilentRuleHasNothing) {
  const MonthTally tally = Score([](int64_t, std::vector<ActiveLine>*) {});
  EXPECT_EQ(Perfect(tally), std::pair(15, 0));
  for (const LabelResult& result : tally.results) EXPECT_FALSE(result.reported);
  EXPECT_EQ(FalseLines(tally), 0);
}

TEST_P(JudgedMonthTest, ARuleThatAlwaysAlarmsReportsNothing) {
  const MonthTally tally = Score([](int64_t, std::vector<ActiveLine>* active) {
    for (int code = 1; code <= kErrorCodes; ++code) active->push_back({.code = code});
  });
  EXPECT_EQ(Perfect(tally), std::pair(15, 0));
  EXPECT_EQ(tally.warm_up_lines, kErrorCodes);
}

TEST_P(JudgedMonthTest, ARuleThatAlarmsEveryHourHasAFalseLineForNearlyEachOfThem) {
  const MonthTally tally = Score([](int64_t tick, std::vector<ActiveLine>* active) {
    if (tick % kHourTicks >= kHourTicks / 2) return;
    for (int code = 1; code <= kErrorCodes; ++code) active->push_back({.code = code});
  });
  EXPECT_EQ(Perfect(tally).second, 0);
  const int64_t lines = kMonthDays * 24 * kErrorCodes;
  EXPECT_LT(FalseLines(tally), lines);
  EXPECT_GT(FalseLines(tally), lines - 400);
}

INSTANTIATE_TEST_SUITE_P(Seeds, JudgedMonthTest, testing::Values(1, 2, 3));

}  // namespace
}  // namespace gmewatch::detect_eval
