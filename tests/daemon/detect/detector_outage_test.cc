// Outages as they happen, from their start until the hour after them: of one region, on and off,
// and each day at the same hour.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "gmewatch/internal/detector.pb.h"
#include "tests/daemon/detect/detector_run.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int kMinute = 6;
constexpr int kHour = static_cast<int>(kTicksPerHour);
constexpr int kDay = static_cast<int>(kTicksPerDay);

using At = DetectorRun::At;
using When = std::function<bool(int tick)>;

// Two codes; region 1 has `factor` times their events while `when`.
DetectorRun::InputFn Outage(double factor, const When& when) {
  return [factor, when](const At& at, Random* counts) -> CellInput {
    if (at.slot != 1 && at.slot != 2) return {};
    const double usual = 0.5 * static_cast<double>(at.slot) * (1 + static_cast<double>(at.app));
    return Many(usual * (at.region == 1 && when(at.tick) ? factor : 1), counts);
  };
}

When Between(int from, int to) {
  return [from, to](int tick) { return from <= tick && tick < to; };
}

// Returns all texts of the reports until `end`.
std::set<std::string> SeenUntil(int end, const DetectorRun::InputFn& input, DetectorRun* run) {
  std::set<std::string> seen;
  run->on_report = [&seen](const SpikeReport& report) {
    for (const std::string& text : SpikeTexts(report)) seen.insert(text);
  };
  run->Until(end, input);
  run->on_report = nullptr;
  return seen;
}

// Checks that each code has had one spike, in region 1, from about `start`.
void CheckOneSpikeACode(int start, const DetectorRun& run) {
  const SpikeReport report = run.detector.Report();
  ASSERT_THAT(report.spikes, SizeIs(2));
  for (const Spike& spike : report.spikes) {
    EXPECT_EQ(spike.where.place, (Place{"all", "region1"}));
    const int64_t tick = spike.start_s / 10 - kFirstTick;
    EXPECT_NEAR(static_cast<double>(tick), start, 3);
  }
  EXPECT_THAT(report.incidents, SizeIs(1));
}

// NOLINTNEXTLINE(readability-function-*): each EXPECT in the loops counts as a branch
TEST(DetectorOutageTest, AnOutageIsOneSpikeInItsPlaceAndNothingBeginsAfterIt) {
  for (const int warm_up : {2 * kHour, kDay + 5 * kHour}) {
    for (const double factor : {3.0, 10.0}) {
      for (const uint64_t seed : {1U, 2U, 3U}) {
        SCOPED_TRACE(testing::Message() << "seed " << seed << " x" << factor << " " << warm_up);
        DetectorRun run(seed);
        const int over = warm_up + 30 * kMinute;
        const DetectorRun::InputFn input = Outage(factor, Between(warm_up, over));
        ASSERT_THAT(SeenUntil(warm_up, input, &run), IsEmpty());
        run.Until(warm_up + 4 * kMinute, input);
        // From the fourth minute to its end it is in its place.
        run.on_report = [](const SpikeReport& report) {
          ASSERT_THAT(ActiveSpikeTexts(report),
                      ElementsAre("10001 in region1 of all", "1005 in region1 of all"));
        };
        run.Until(over, input);
        CheckOneSpikeACode(warm_up, run);
        const std::set<std::string> seen = SeenUntil(over + kHour, input, &run);
        EXPECT_THAT(seen, ElementsAre("10001 in region1 of all", "10001 in region1 of all (over)",
                                      "1005 in region1 of all", "1005 in region1 of all (over)"));
        CheckOneSpikeACode(warm_up, run);
        EXPECT_THAT(ActiveSpikeTexts(run.detector.Report()), IsEmpty());
        for (const Spike& spike : run.detector.Report().spikes) {
          const int64_t end = spike.end_s / 10 - kFirstTick;
          EXPECT_GE(end, over);
          EXPECT_LE(end, over + 12 * kMinute);
        }
        EXPECT_THAT(SeenUntil(over + 3 * kHour, input, &run), testing::IsSubsetOf(seen));
      }
    }
  }
}

When OnAndOff(int from, int to) {
  return [from, to](int tick) {
    return from <= tick && tick < to && (tick - from) % (12 * kMinute) < 6 * kMinute;
  };
}

TEST(DetectorOutageTest, AnOutageThatIsOnAndOffForHoursIsOneSpike) {
  for (const uint64_t seed : {4U, 5U, 6U}) {
    SCOPED_TRACE(seed);
    DetectorRun run(seed);
    const int start = kDay;
    const int over = start + 3 * kHour;
    const DetectorRun::InputFn input = Outage(6, OnAndOff(start, over));
    ASSERT_THAT(SeenUntil(start, input, &run), IsEmpty());
    run.Until(start + 2 * kMinute, input);
    EXPECT_THAT(SeenUntil(over, input, &run),
                ElementsAre("10001 in region1 of all", "1005 in region1 of all"));
    CheckOneSpikeACode(start, run);
    EXPECT_THAT(SeenUntil(over + kHour, input, &run),
                ElementsAre("10001 in region1 of all", "10001 in region1 of all (over)",
                            "1005 in region1 of all", "1005 in region1 of all (over)"));
  }
}

// From the third hour of each day on, for half an hour.
bool Daily(int tick) {
  return tick >= kDay && Between(2 * kHour, 2 * kHour + 30 * kMinute)(tick % kDay);
}

TEST(DetectorOutageTest, ADailyOutageIsReportedTwiceAndThenOnlyAtAnotherHour) {
  for (const uint64_t seed : {7U, 8U}) {
    SCOPED_TRACE(seed);
    DetectorRun run(seed);
    constexpr int kOtherHour = 3 * kDay + 12 * kHour;
    const DetectorRun::InputFn input = Outage(6, [](int tick) {
      return Daily(tick) || Between(kOtherHour, kOtherHour + 30 * kMinute)(tick);
    });
    const auto in_region =
        testing::IsSupersetOf({"10001 in region1 of all", "1005 in region1 of all"});
    EXPECT_THAT(SeenUntil(kDay, input, &run), IsEmpty());
    EXPECT_THAT(SeenUntil(kDay + 12 * kHour, input, &run), in_region);
    EXPECT_THAT(SeenUntil(2 * kDay, input, &run), IsEmpty());
    EXPECT_THAT(SeenUntil(2 * kDay + 12 * kHour, input, &run), in_region);
    EXPECT_THAT(SeenUntil(kOtherHour, input, &run), IsEmpty());
    EXPECT_THAT(SeenUntil(kOtherHour + 4 * kHour, input, &run), in_region);
    EXPECT_THAT(SeenUntil(4 * kDay, input, &run), IsEmpty());
    // Nor is it hidden if it rises farther than usual.
    const DetectorRun::InputFn farther = Outage(30, Daily);
    EXPECT_THAT(SeenUntil(4 * kDay + 3 * kHour, farther, &run), in_region);
  }
}

// At each `saves` a second detector is loaded, which then goes on for two hours.
void CheckThatItGoesOn(const DetectorRun::InputFn& input, const std::vector<int>& saves) {
  DetectorRun run(9);
  for (const int save : saves) {
    SCOPED_TRACE(save);
    run.Until(save, input);
    DetectorRun other(10);
    ASSERT_EQ(other.Load(run.detector.Save(false)), absl::OkStatus());
    other.tick = run.tick;
    for (int i = 0; i < 2 * kHour; ++i) {
      const std::vector<CellGain> gains = run.Gains(input);
      run.Tick(gains);
      other.Tick(gains);
      ASSERT_EQ(ReportText(other.detector.Report()), ReportText(run.detector.Report())) << i;
      if (i % 60 != 0) continue;
      ASSERT_TRUE(other.detector.Save(false) == run.detector.Save(false)) << i;
    }
    EXPECT_TRUE(other.detector.Save(false) == run.detector.Save(false));
  }
}

internal::DetectorHead HeadOf(DetectorRun* run) {
  internal::DetectorHead head;
  for (const DetectorPage& page : run->detector.Save(false)) {
    if (!(page.place == Place())) continue;
    EXPECT_TRUE(head.ParseFromString(page.bytes));
  }
  return head;
}

TEST(DetectorOutageTest, ALoadedDetectorGoesOnInTheMiddleOfAnOutage) {
  CheckThatItGoesOn(Outage(6, Between(3 * kHour, 3 * kHour + 30 * kMinute)),
                    {3 * kHour + 2, 3 * kHour + 170 + 30 * kMinute});
  CheckThatItGoesOn(Outage(4, Between(3 * kHour, 3 * kHour + 30 * kMinute)), {3 * kHour + 60});
  CheckThatItGoesOn(Outage(6, OnAndOff(3 * kHour, 8 * kHour)), {3 * kHour + 40, 6 * kHour + 5});
}

TEST(DetectorOutageTest, ALoadedDetectorKnowsWhatComesBack) {
  const DetectorRun::InputFn daily = Outage(6, Daily);
  // After one rise; while the third, which is expected, is on.
  CheckThatItGoesOn(daily, {kDay + 4 * kHour, 3 * kDay + 2 * kHour + 10 * kMinute});

  DetectorRun run(11);
  run.Until(3 * kDay + 2 * kHour + 10 * kMinute, daily);
  const internal::DetectorHead head = HeadOf(&run);
  EXPECT_EQ(head.past_rises_size(), 4);
  EXPECT_THAT(SpikeTexts(run.detector.Report()), IsEmpty());
  ASSERT_EQ(head.announced_size(), 2);
  for (const internal::AnnouncedRecord& announced : head.announced()) {
    EXPECT_TRUE(announced.recurred());
    EXPECT_TRUE(announced.expected());
    EXPECT_GT(announced.factor(), 3);
    EXPECT_NEAR(announced.tick() - kFirstTick, 3 * kDay + 2 * kHour, 12);
  }
  EXPECT_GT(head.rising_size(), 2) << "rows that joined";
}

}  // namespace
}  // namespace gmewatch
