#include "daemon/detect/detector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/daemon/detect/detector_run.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int kHour = static_cast<int>(kTicksPerHour);
constexpr int kDay = static_cast<int>(kTicksPerDay);
constexpr int64_t kTickSeconds = 10;
constexpr int64_t kFirstSecond = int64_t{kFirstTick} * kTickSeconds;

double BaselineMean(const DetectorRun::At& at) {
  // Codes and places have different rates; that of the benign code is the highest.
  return (at.slot == 0 ? 0.02 : static_cast<double>(at.slot)) * (1 + static_cast<double>(at.app));
}

CellInput Baseline(const DetectorRun::At& at, Random* counts) {
  return Many(BaselineMean(at), counts);
}

// Multiplies the codes 1005, 10001, 10004 and the benign one in region 1 by `factor`.
DetectorRun::InputFn Outage(double factor) {
  return [factor](const DetectorRun::At& at, Random* counts) {
    return Many(BaselineMean(at) * (at.region == 1 && at.slot > 0 ? factor : 1), counts);
  };
}

// Checks a region's outage of 15 minutes after `warm_up` ticks.
void CheckOutage(uint64_t seed, int warm_up) {
  SCOPED_TRACE(testing::Message() << "seed " << seed << " warm-up " << warm_up);
  DetectorRun run(seed);
  run.Until(warm_up, Baseline);
  ASSERT_THAT(SpikeTexts(run.detector.Report()), IsEmpty());

  // A code has at most one active spike, and from the first minute on its place is the region.
  constexpr int kOutageTicks = 90;
  for (int i = 0; i < kOutageTicks; ++i) {
    run.Until(warm_up + i + 1, Outage(4));
    std::map<int32_t, int> active;
    for (const Spike& spike : run.detector.Report().spikes)
      active[spike.where.code] += spike.active;
    for (const auto& [code, count] : active) EXPECT_LE(count, 1) << code << " after " << i;
    if (i < 6) continue;
    ASSERT_THAT(
        ActiveSpikeTexts(run.detector.Report()),
        ElementsAre("10001 in region1 of all", "10004 in region1 of all", "1005 in region1 of all"))
        << i;
  }
  const SpikeReport during = run.detector.Report();
  ASSERT_THAT(during.incidents, SizeIs(1));
  EXPECT_TRUE(during.incidents[0].active);
  EXPECT_EQ(during.incidents[0].place.region, "region1");
  EXPECT_EQ(during.incidents[0].cause_code, 1005);
  for (const Spike& spike : during.spikes) {
    if (!spike.active) continue;
    EXPECT_NEAR(static_cast<double>(spike.start_s),
                static_cast<double>(kFirstSecond + warm_up * kTickSeconds), 3 * kTickSeconds);
    EXPECT_NEAR(spike.observed_rate / spike.expected_rate, 4, 0.6);
    EXPECT_GT(spike.score, 1);
  }

  // Over after eight minutes (resolve_after); reported as over for an hour; then removed.
  const int over = warm_up + kOutageTicks;
  run.Until(over + 46, Baseline);
  EXPECT_THAT(SpikeTexts(run.detector.Report()), testing::IsSupersetOf({"1005 in region1 of all"}));
  run.Until(over + 63, Baseline);
  for (const Spike& spike : run.detector.Report().spikes) {
    EXPECT_FALSE(spike.active) << SpikeText(spike);
    EXPECT_GT(spike.end_s, 0);
  }
  EXPECT_FALSE(run.detector.Report().incidents.at(0).active);
  run.Until(over + 46 + kHour, Baseline);
  EXPECT_THAT(run.detector.Report().spikes, testing::Not(IsEmpty()));
  run.Until(over + 64 + kHour, Baseline);
  EXPECT_THAT(SpikeTexts(run.detector.Report()), IsEmpty());
  EXPECT_THAT(run.detector.Report().incidents, IsEmpty());
}

TEST(DetectorTest, ReportsARegionsOutageOnceForEachCodeUntilAnHourAfterItsEnd) {
  CheckOutage(1, kHour);
  CheckOutage(2, kHour);
  CheckOutage(3, kDay);
}

TEST(DetectorTest, FindsThePlaceOfARise) {
  using At = DetectorRun::At;
  const auto check = [](const std::function<bool(const At&)>& where, const std::string& expected) {
    DetectorRun run(11);
    run.Until(kHour, Baseline);
    run.Until(kHour + 30, [&](const At& at, Random* counts) {
      return Many(BaselineMean(at) * (at.slot == 2 && where(at) ? 5 : 1), counts);
    });
    EXPECT_THAT(ActiveSpikeTexts(run.detector.Report()), ElementsAre(expected));
  };
  check([](const At&) { return true; }, "10001 in all of all");
  check([](const At& at) { return at.app == 2; }, "10001 in all of app2");
  check([](const At& at) { return at.region == 0; }, "10001 in region0 of all");
  check([](const At& at) { return at.app == 1 && at.region == 2; }, "10001 in region2 of app1");
}

TEST(DetectorTest, FindsThePlaceAfterTwoMinutes) {
  for (const uint64_t seed : {31U, 32U, 33U, 34U, 35U}) {
    SCOPED_TRACE(seed);
    DetectorRun run(seed);
    run.Until(12, Baseline);
    // The failure spreads over half a minute.
    for (const int percent : {10, 40, 70}) run.Until(run.tick + 1, Outage(1 + 0.2 * percent));
    run.Until(21, Outage(20));
    EXPECT_THAT(ActiveSpikeTexts(run.detector.Report()),
                ElementsAre("10001 in region1 of all", "10004 in region1 of all",
                            "1005 in region1 of all"));
    EXPECT_THAT(run.detector.Report().incidents, SizeIs(1));
  }
}

TEST(DetectorTest, IgnoredCodesNeverRise) {
  DetectorRun run(4);
  const auto benign = [](double mean) {
    return [mean](const DetectorRun::At& at, Random* counts) {
      return Many(at.slot == DetectorRun::kBenign ? mean : 0, counts);
    };
  };
  run.Until(kHour, benign(1));
  run.Until(kHour + 60, benign(20));
  EXPECT_THAT(SpikeTexts(run.detector.Report()), IsEmpty());
  // They have no series either.
  EXPECT_EQ(run.detector.Report().series, 0U);
}

TEST(DetectorTest, TheSpikeOfACodeThatBecomesIgnoredEnds) {
  DetectorRun run(5);
  run.Until(kHour, Baseline);
  run.Until(kHour + 20, Outage(5));
  ASSERT_THAT(SpikeTexts(run.detector.Report()),
              testing::IsSupersetOf({"1005 in region1 of all", "10004 in region1 of all"}));
  std::vector<WatchedCode> codes = DetectorRun::WatchedCodes();
  codes[1].ignored = true;
  run.detector.SetCodes(codes);
  run.Until(kHour + 70, Outage(5));
  for (const Spike& spike : run.detector.Report().spikes) {
    EXPECT_EQ(spike.active, spike.where.code != 1005) << SpikeText(spike);
  }
}

TEST(DetectorTest, AGapRaisesNothing) {
  for (const int gap : {1, 30, kHour, 5 * kHour}) {
    DetectorRun run(6);
    run.Until(kHour, Baseline);
    run.tick += gap;
    for (int i = 0; i < 60; ++i) {
      run.Tick(run.Gains(Baseline));
      ASSERT_THAT(SpikeTexts(run.detector.Report()), IsEmpty()) << gap;
    }
    // It still detects a spike.
    run.Until(run.tick + 30, Outage(4));
    EXPECT_THAT(run.detector.Report().incidents, SizeIs(1)) << gap;
  }
}

TEST(DetectorTest, AGapIsNoSilence) {
  // The first events after the gap are compared with the ticks before it.
  std::vector<Spike> spikes;
  for (const int gap : {0, 5 * kHour}) {
    DetectorRun run(10);
    for (int tick = 0; tick < 100; ++tick) run.Tick({});
    run.tick += gap;
    run.Until(run.tick + 4, [](const DetectorRun::At& at, Random*) -> CellInput {
      return {.events = at.slot == 1 ? 20U : 0U};
    });
    const SpikeReport report = run.detector.Report();
    ASSERT_THAT(SpikeTexts(report), ElementsAre("1005 in all of all"));
    spikes.push_back(report.spikes.front());
  }
  EXPECT_EQ(spikes[0].expected_rate, spikes[1].expected_rate);
  EXPECT_EQ(spikes[0].score, spikes[1].score);
}

TEST(DetectorTest, ABacklogIsSpreadOverItsTicks) {
  for (const uint32_t ticks : {30U, 60U}) {
    DetectorRun run(7);
    run.Until(kDay, Baseline);
    const auto backlog = [ticks](double factor) {
      return [ticks, factor](const DetectorRun::At& at, Random* counts) {
        return Many(BaselineMean(at) * ticks * factor, counts);
      };
    };
    const std::vector<CellGain> baseline = run.Gains(backlog(1));
    const std::vector<CellGain> thrice = run.Gains(backlog(3));
    const std::vector<DetectorPage> saved = run.detector.Save(false);
    run.Tick(baseline, ticks);
    EXPECT_THAT(SpikeTexts(run.detector.Report()), IsEmpty());

    DetectorRun other(8);
    ASSERT_EQ(other.Load(saved), absl::OkStatus());
    other.tick = kDay;
    other.Tick(thrice, ticks);
    EXPECT_THAT(SpikeTexts(other.detector.Report()),
                testing::IsSupersetOf(
                    {"10001 in all of all", "10004 in all of all", "1005 in all of all"}));
  }
}

TEST(DetectorTest, ANewPlaceIsWatchedToo) {
  DetectorRun run(9);
  run.Until(kHour, Baseline);
  run.detector.AddPlace({"new", "region0"});
  EXPECT_EQ(run.detector.places(), 10U);
  EXPECT_EQ(run.detector.place(9), (Place{"new", "region0"}));
  const auto with_new = [&run](double mean) {
    std::vector<CellGain> gains = run.Gains(Baseline);
    CellGain gain = {.place = 9, .slot = 1, .sessions = UINT32_MAX};
    gain.events = run.counts.Poisson(mean);
    for (uint64_t i = 0; i < gain.events; ++i) ++gain.by_sender[i % Senders::kBuckets];
    if (gain.events > 0) gains.push_back(gain);
    run.Tick(gains);
  };
  while (run.tick < 2 * kHour) with_new(5);
  EXPECT_THAT(SpikeTexts(run.detector.Report()), IsEmpty());
  while (run.tick < 2 * kHour + 30) with_new(30);
  EXPECT_THAT(ActiveSpikeTexts(run.detector.Report()), ElementsAre("1005 in region0 of new"));
}

}  // namespace
}  // namespace gmewatch
