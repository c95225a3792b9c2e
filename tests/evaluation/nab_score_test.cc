#include "tests/evaluation/nab_score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/evaluation/nab.h"
#include "tests/evaluation/nab_files.h"

namespace gmewatch::detect_eval {
namespace {

// The first 150 of these are not scored.
constexpr size_t kRows = 1'000;

double Score(const std::vector<NabWindow>& windows, const std::vector<size_t>& detections) {
  return NabScore(ScoreNab(kRows, windows, detections));
}

TEST(NabScoreTest, NoDetectionIsZero) { EXPECT_DOUBLE_EQ(Score({{200, 300}, {500, 600}}, {}), 0); }

TEST(NabScoreTest, EveryLeftEndIsAHundred) {
  EXPECT_DOUBLE_EQ(Score({{200, 300}, {500, 600}}, {200, 500}), 100);
}

TEST(NabScoreTest, OnlyTheEarliestDetectionOfAWindowCounts) {
  EXPECT_DOUBLE_EQ(Score({{200, 300}}, {200, 201, 250, 300}), 100);
  EXPECT_LT(Score({{200, 300}}, {250}), 100);
}

TEST(NabScoreTest, ProbationIsNotScored) {
  EXPECT_EQ(NabProbation(kRows), 150u);
  EXPECT_EQ(NabProbation(15'902), 750u);
  EXPECT_DOUBLE_EQ(Score({{200, 300}}, {0, 149, 200}), 100);
  EXPECT_LT(Score({{200, 300}}, {150, 200}), 100);
}

TEST(NabScoreTest, AgreesWithAHandComputedCase) {
  // Two windows. Before the first: -0.11. In the middle of the first, at -0.5:
  // 2 / (1 + exp(-2.5)) - 1 = 0.848283640. A tenth of a length after it, at 0.1:
  // 0.11 * (2 / (1 + exp(0.5)) - 1) = 0.11 * -0.244918662 = -0.026941053. The second is missed: -1.
  const NabTally tally = ScoreNab(kRows, {{200, 300}, {500, 600}}, {160, 250, 310});
  EXPECT_EQ(tally.found, 1);
  EXPECT_EQ(tally.outside, 2);
  EXPECT_NEAR(tally.raw, -0.11 + 0.848283640 - 0.026941053 - 1, 1e-8);
  // No detection: -2. All at the left end: 2 * (2 / (1 + exp(-5)) - 1) = 1.973228596.
  EXPECT_NEAR(NabScore(tally), 100 * (-0.288657413 + 2) / (1.973228596 + 2), 1e-6);
}

TEST(NabScoreTest, ManyOutsideGoBelowZero) {
  std::vector<size_t> detections;
  for (size_t row = 400; row < 500; ++row) detections.push_back(row);
  EXPECT_LT(Score({{200, 300}}, detections), 0);
}

TEST(NabScoreTest, SumWeighsFilesByTheirWindows) {
  const NabTally good = ScoreNab(kRows, {{200, 300}, {400, 500}, {600, 700}}, {200, 400, 600});
  const NabTally none = ScoreNab(kRows, {{200, 300}}, {});
  EXPECT_NEAR(NabScore(Sum({good, none})), 75, 1e-9);
}

// Alarms at the first tick of each hour.
class HourRule : public Rule {
 public:
  Step Observe(int64_t tick, uint64_t /*count*/) override {
    return condition_.Verdict(tick, 0, 0, tick % kNabOffsets == 0);
  }
  std::string name() const override { return "hour"; }

 private:
  Condition condition_;
};

TEST(NabTest, AnOffsetMovesTheClockAndNotTheWindows) {
  NabSeries series;
  for (int64_t tick = 0; tick < 1'000; ++tick) {
    series.ticks.push_back(tick);
    series.values.push_back(1);
  }
  series.windows = {{600, 605}};  // 600 is the start of an hour
  HourRule at_once;
  EXPECT_EQ(RunNab(at_once, series, 0).found, 1);
  HourRule later;
  EXPECT_EQ(RunNab(later, series, 1).found, 0) << "an hour begins at row 599";
  HourRule within;
  EXPECT_EQ(RunNab(within, series, 9).found, 1) << "an hour begins at row 603";
}

TEST(NabFilesTest, ReadsLabels) {
  const auto labels = ParseNabLabels(
      R"({"a.csv": [["2015-03-03 04:37:53.000000", "2015-03-04 13:37:53.000000"]], "b.csv": []})");
  ASSERT_TRUE(labels.ok()) << labels.status();
  ASSERT_EQ(labels->size(), 2u);
  EXPECT_EQ(labels->at(0).file, "a.csv");
  ASSERT_EQ(labels->at(0).windows.size(), 1u);
  EXPECT_EQ(labels->at(0).windows[0].second - labels->at(0).windows[0].first, absl::Hours(33));
  EXPECT_TRUE(labels->at(1).windows.empty());
}

TEST(NabFilesTest, RejectsAWindowWithoutEnd) {
  EXPECT_FALSE(ParseNabLabels(R"({"a.csv": [["2015-03-03 04:37:53.000000"]]})").ok());
  EXPECT_FALSE(ParseNabLabels(R"({"a.csv": [["noon", "2015-03-03 04:37:53.000000"]]})").ok());
}

TEST(NabFilesTest, PutsRowsOnTheGridAndKeepsGaps) {
  const auto series = ParseNabSeries(
      "timestamp,value\n2015-02-26 21:42:53,104\n2015-02-26 21:47:53,100\n2015-02-26 21:57:53,7\n");
  ASSERT_TRUE(series.ok()) << series.status();
  EXPECT_THAT(series->values, testing::ElementsAre(104, 100, 7));
  EXPECT_EQ(series->ticks[1] - series->ticks[0], 1);
  EXPECT_EQ(series->ticks[2] - series->ticks[1], 2);
}

TEST(NabFilesTest, RejectsInvalidRows) {
  for (const char* const row : {"2015-02-26 21:42:53", "x,1", "2015-02-26 21:42:53,-1"}) {
    EXPECT_FALSE(ParseNabSeries(std::string("timestamp,value\n") + row + "\n").ok()) << row;
  }
  EXPECT_FALSE(
      ParseNabSeries("timestamp,value\n2015-02-26 21:42:53,1\n2015-02-26 21:42:54,1\n").ok());
}

}  // namespace
}  // namespace gmewatch::detect_eval
