// allow(length): one input, with which each promise has a short test
// A Detector whose places report their successes: errors are judged by the operations that they are
// part of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "gmewatch/internal/detector.pb.h"
#include "tests/daemon/detect/detector_run.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr int kHour = static_cast<int>(kTicksPerHour);
constexpr int kDay = static_cast<int>(kTicksPerDay);
constexpr double kSuccesses = 100;  // a tick and place

using At = DetectorRun::At;

// What a cell, or the successes of a place, are multiplied by. `slot` is kSuccess for the latter.
using Factor = std::function<double(const At& at)>;
constexpr size_t kSuccess = DetectorRun::kBenign;  // the last column counts successes here

std::vector<WatchedCode> CodesWithSuccess() {
  std::vector<WatchedCode> codes = DetectorRun::WatchedCodes();
  codes[kSuccess] = WatchedCode();
  return codes;
}

class TrafficRun {
 public:
  explicit TrafficRun(uint64_t seed) : run(seed) { run.detector.SetCodes(CodesWithSuccess()); }

  // Errors of three codes in each place: 0.5, 1 and 1.5 a tick; times `size`, as the successes.
  std::vector<CellGain> Gains(const Factor& factor) {
    std::vector<CellGain> gains = run.Gains([&](const At& at, Random* counts) -> CellInput {
      if (at.slot == 0 || at.slot == kSuccess) return {};
      const double mean = 0.5 * size * static_cast<double>(at.slot) * factor(at);
      return mean > 0 ? Many(mean, counts) : CellInput();
    });
    for (uint32_t place = 0; place < DetectorRun::kApps * DetectorRun::kRegions; ++place) {
      const At at = {run.tick, place / DetectorRun::kRegions, place % DetectorRun::kRegions,
                     kSuccess};
      const double mean = kSuccesses * size * factor(at);
      if (mean > 0) AddSuccesses(place, run.counts.Poisson(mean), &gains);
    }
    return gains;
  }
  static void AddSuccesses(uint32_t place, uint64_t successes, std::vector<CellGain>* gains) {
    if (successes == 0) return;
    CellGain gain = {.place = place, .sessions = UINT32_MAX, .success = true};
    gain.events = successes;
    // As CounterReader orders them: by place.
    const auto after = std::find_if(gains->begin(), gains->end(),
                                    [place](const CellGain& other) { return other.place > place; });
    gains->insert(after, gain);
  }
  // Returns all that was announced meanwhile.
  std::set<std::string> For(int ticks, const Factor& factor) {
    std::set<std::string> announced;
    for (int i = 0; i < ticks; ++i) {
      run.Tick(Gains(factor));
      Announced(&announced);
    }
    return announced;
  }
  void Announced(std::set<std::string>* announced) const {
    for (const std::string& text : ActiveSpikeTexts(run.detector.Report())) announced->insert(text);
  }

  DetectorRun run;
  double size = 1;
};

double Same(const At& /*at*/) { return 1; }
double NoSuccesses(const At& at) { return at.slot == kSuccess ? 0 : 1; }
double TwoOfAll(const At& /*at*/) { return 2; }

TEST(DetectorTrafficTest, ACrowdRaisesNothing) {
  for (const uint64_t seed : {1U, 2U, 3U}) {
    SCOPED_TRACE(seed);
    TrafficRun run(seed);
    EXPECT_THAT(run.For(kDay, Same), IsEmpty());
    EXPECT_THAT(run.For(3 * kHour, TwoOfAll), IsEmpty());
    EXPECT_THAT(run.For(kHour, Same), IsEmpty());
  }
}

TEST(DetectorTrafficTest, ACrowdOfTenTimesTheOperationsRaisesNothingInSmallPlacesEither) {
  for (const double size : {0.01, 0.1, 1.0}) {
    SCOPED_TRACE(size);
    TrafficRun run(4);
    run.size = size;
    EXPECT_THAT(run.For(kDay, Same), IsEmpty());
    EXPECT_THAT(run.For(3 * kHour, [](const At&) { return 10; }), IsEmpty());
    EXPECT_THAT(run.For(kHour, Same), IsEmpty());
  }
}

// The mean of the operations still changes with each hour, and what a share of it has in errors
// with it.
TEST(DetectorTrafficTest, ACrowdInTheFirstHoursRaisesNothing) {
  for (const uint64_t seed : {21U, 22U}) {
    SCOPED_TRACE(seed);
    TrafficRun run(seed);
    EXPECT_THAT(run.For(2 * kHour, Same), IsEmpty());
    EXPECT_THAT(run.For(3 * kHour, [](const At&) { return 8; }), IsEmpty());
    EXPECT_THAT(run.For(3 * kHour, Same), IsEmpty());
    run.For(60, [](const At& at) { return at.slot == 2 ? 8 : 1; });
    EXPECT_THAT(ActiveSpikeTexts(run.run.detector.Report()), ElementsAre("10001 in all of all"));
  }
}

TEST(DetectorTrafficTest, WithoutSuccessesTheSameCrowdIsASpike) {
  TrafficRun run(1);
  run.For(kDay, NoSuccesses);
  EXPECT_THAT(run.For(3 * kHour, [](const At& at) { return 2 * NoSuccesses(at); }), Not(IsEmpty()));
}

TEST(DetectorTrafficTest, ACodeThatRisesInACrowdIsASpikeInItsPlace) {
  for (const uint64_t seed : {5U, 6U, 7U}) {
    SCOPED_TRACE(seed);
    TrafficRun run(seed);
    run.For(kDay, Same);
    EXPECT_THAT(run.For(kHour, TwoOfAll), IsEmpty());
    const auto rises = [](const At& at) { return at.slot == 2 && at.region == 1 ? 16.0 : 2.0; };
    for (const std::string& text : run.For(90, rises)) {
      EXPECT_TRUE(absl::StartsWith(text, "10001 ")) << text;
    }
    EXPECT_THAT(ActiveSpikeTexts(run.run.detector.Report()),
                ElementsAre("10001 in region1 of all"));
    // What is expected is that of the crowd: 1 a tick and app, twice.
    const Spike spike = run.run.detector.Report().spikes.at(0);
    EXPECT_NEAR(spike.expected_rate * 10, 2 * DetectorRun::kApps, 1.2);
    EXPECT_NEAR(spike.observed_rate / spike.expected_rate, 8, 1.6);
  }
}

// NOLINTNEXTLINE(readability-function-*): each EXPECT in the loops counts as a branch
TEST(DetectorTrafficTest, ANewRegionRaisesNothingAnywhere) {
  for (const double size : {1.0, 10.0}) {
    SCOPED_TRACE(size);
    TrafficRun run(8);
    run.For(kDay, Same);
    for (size_t app = 0; app < DetectorRun::kApps; ++app) {
      run.run.detector.AddPlace({absl::StrCat("app", app), "new"});
    }
    std::set<std::string> announced;
    for (int i = 0; i < 3 * kHour; ++i) {
      std::vector<CellGain> gains = run.Gains(Same);
      for (uint32_t place = 9; place < 12; ++place) {
        for (uint32_t slot = 1; slot < kSuccess; ++slot) {
          CellGain gain = {.place = place, .slot = slot, .sessions = UINT32_MAX};
          gain.events = run.run.counts.Poisson(0.5 * size * slot);
          for (uint64_t k = 0; k < gain.events; ++k) ++gain.by_sender[k % Senders::kBuckets];
          if (gain.events > 0) gains.push_back(gain);
        }
        TrafficRun::AddSuccesses(place, run.run.counts.Poisson(kSuccesses * size), &gains);
      }
      run.run.Tick(gains);
      run.Announced(&announced);
    }
    EXPECT_THAT(announced, IsEmpty());
  }
}

// Successes vanish while errors stay.
TEST(DetectorTrafficTest, InAnOutageOnlyTheCodeThatRisesIsASpike) {
  for (const double size : {0.1, 1.0, 3.0}) {
    for (const uint64_t seed : {9U, 10U}) {
      SCOPED_TRACE(testing::Message() << "size " << size << " seed " << seed);
      TrafficRun run(seed);
      run.size = size;
      run.For(kDay, Same);
      const auto outage = [](const At& at) {
        if (at.slot == kSuccess) return 0.0;
        return at.slot == 3 ? 10.0 : 1.0;
      };
      std::set<std::string> announced = run.For(60, outage);
      EXPECT_THAT(ActiveSpikeTexts(run.run.detector.Report()), ElementsAre("10004 in all of all"));
      announced.merge(run.For(kHour, Same));
      for (const std::string& text : announced) {
        EXPECT_TRUE(absl::StartsWith(text, "10004 ")) << text;
      }
    }
  }
}

TEST(DetectorTrafficTest, AnOutageOfARegionRaisesNoOtherCodeInARollup) {
  for (const double size : {1.0, 5.0}) {
    SCOPED_TRACE(size);
    TrafficRun run(20);
    run.size = size;
    run.For(kDay, Same);
    const auto outage = [](const At& at) {
      if (at.region != 1) return 1.0;
      if (at.slot == kSuccess) return 0.0;
      return at.slot == 3 ? 10.0 : 1.0;
    };
    std::set<std::string> announced = run.For(60, outage);
    EXPECT_THAT(ActiveSpikeTexts(run.run.detector.Report()),
                ElementsAre("10004 in region1 of all"));
    announced.merge(run.For(kHour, Same));
    for (const std::string& text : announced) EXPECT_TRUE(absl::StartsWith(text, "10004 ")) << text;
  }
}

TEST(DetectorTrafficTest, ReportsThatStopAndComeAgainRaiseNothing) {
  for (const double size : {0.02, 0.1, 1.0}) {
    for (const int hours : {1, 10}) {
      SCOPED_TRACE(testing::Message() << "size " << size << ", a stop of " << hours << " h");
      TrafficRun run(12);
      run.size = size;
      run.For(kDay, Same);
      EXPECT_THAT(run.For(hours * kHour, [](const At&) { return 0; }), IsEmpty());
      EXPECT_THAT(run.For(kHour, Same), IsEmpty());
    }
  }
}

TEST(DetectorTrafficTest, SuccessesThatBeginInTheMiddleOfAWeekRaiseNothing) {
  for (const double size : {0.01, 0.1, 1.0}) {
    SCOPED_TRACE(size);
    TrafficRun run(13);
    run.size = size;
    EXPECT_THAT(run.For(2 * kDay + 7 * kHour + 100, NoSuccesses), IsEmpty());
    EXPECT_THAT(run.For(6 * kHour, Same), IsEmpty());
    EXPECT_THAT(run.For(2 * kHour, TwoOfAll), IsEmpty());
    const auto rises = [](const At& at) { return at.slot == 2 ? 20.0 : 2.0; };
    run.For(120, rises);
    EXPECT_THAT(ActiveSpikeTexts(run.run.detector.Report()), ElementsAre("10001 in all of all"));
  }
}

double ThreeInTheEvening(const At& at) { return at.tick % kDay >= 18 * kHour ? 3 : 1; }

// From a fifth in the morning to nine fifths in the evening, as smoothly as days are.
double Day(const At& at) { return 1 + 0.8 * std::sin(2 * M_PI * at.tick / kDay); }

// The hours of the day that were learned from errors alone are those of the operations from now on:
// they must not count twice.
TEST(DetectorTrafficTest, SuccessesThatBeginInTheEveningRaiseNothingInTheMorning) {
  TrafficRun run(23);
  run.For(4 * kDay + 5 * kHour, [](const At& at) { return Day(at) * NoSuccesses(at); });
  EXPECT_THAT(run.For(2 * kDay, Day), IsEmpty());
}

// A version of the client that reports them comes to all players within `ticks`. A rise is then
// found as before.
void CheckThatMoreAndMoreReportThem(int ticks) {
  SCOPED_TRACE(ticks);
  TrafficRun run(14);
  run.size = 0.5;
  run.For(kDay, NoSuccesses);
  const int begin = run.run.tick;
  const auto more = [begin, ticks](const At& at) {
    return at.slot == kSuccess ? static_cast<double>(at.tick - begin) / ticks : 1.0;
  };
  EXPECT_THAT(run.For(ticks, more), IsEmpty());
  EXPECT_THAT(run.For(kDay, Same), IsEmpty());
  run.For(60, [](const At& at) { return at.slot == 2 ? 8.0 : 1.0; });
  EXPECT_THAT(ActiveSpikeTexts(run.run.detector.Report()), ElementsAre("10001 in all of all"));
}

TEST(DetectorTrafficTest, SuccessesOfMoreAndMorePlayersRaiseNothingAndHideNothing) {
  CheckThatMoreAndMoreReportThem(kHour);
  CheckThatMoreAndMoreReportThem(kDay);
}

TEST(DetectorTrafficTest, NorIfItTakesAWeek) { CheckThatMoreAndMoreReportThem(7 * kDay); }

TEST(DetectorTrafficTest, SuccessesThatAreReportedNoMoreRaiseNothing) {
  TrafficRun run(15);
  EXPECT_THAT(run.For(3 * kDay + 19 * kHour, ThreeInTheEvening), IsEmpty());
  EXPECT_THAT(
      run.For(4 * kHour, [](const At& at) { return ThreeInTheEvening(at) * NoSuccesses(at); }),
      IsEmpty());
}

// NOLINTNEXTLINE(readability-function-*): each EXPECT in the loops counts as a branch
TEST(DetectorTrafficTest, ALoopDoesNotRaiseWhatIsExpectedOfOtherCodes) {
  for (const double size : {0.01, 1.0}) {
    SCOPED_TRACE(size);
    TrafficRun run(16);
    run.size = size;
    run.For(kDay, Same);
    const auto loop = [&run](double factor) {
      std::vector<CellGain> gains = run.Gains([factor](const At& at) {
        return at.slot == 3 && at.app == 1 && at.region == 1 ? factor : 1.0;
      });
      // One client repeats itself.
      for (auto gain = gains.begin();; ++gain) {
        if (gain != gains.end() && (gain->place < 4 || (gain->place == 4 && gain->slot < 1)))
          continue;
        if (gain == gains.end() || gain->place != 4 || gain->slot != 1) {
          gain = gains.insert(gain, {.place = 4, .slot = 1});
        }
        gain->events += 300;
        gain->by_sender[3] += 300;
        gain->sessions |= 1;
        break;
      }
      run.run.Tick(gains);
    };
    for (int i = 0; i < 3 * kHour; ++i) loop(1);
    ASSERT_THAT(ActiveSpikeTexts(run.run.detector.Report()),
                ElementsAre("1005 in region1 of app1 (loop)"));
    for (int i = 0; i < kHour / 2; ++i) loop(size < 1 ? 100 : 8);
    bool found = false;
    for (const Spike& spike : run.run.detector.Report().spikes) {
      if (!spike.active || spike.where.code != 10004) continue;
      found = true;
      EXPECT_EQ(SpikeText(spike), "10004 in region1 of app1");
      EXPECT_NEAR(spike.expected_rate * 10 / (1.5 * size), 1, 0.4);
    }
    EXPECT_TRUE(found);
  }
}

// In the middle of a crowd, with series of every kind: some have events in each tick, some in few.
TEST(DetectorTrafficTest, GoesOnFromItsSavedStateBitForBit) {
  for (const double size : {0.02, 1.0}) {
    SCOPED_TRACE(size);
    TrafficRun run(17);
    run.size = size;
    run.For(kDay + kHour / 3, Same);
    run.For(kHour / 3, TwoOfAll);
    TrafficRun other(18);
    ASSERT_EQ(other.run.Load(run.run.detector.Save(false)), absl::OkStatus());
    other.run.detector.SetCodes(CodesWithSuccess());
    other.run.tick = run.run.tick;
    for (int i = 0; i < 2 * kHour; ++i) {
      const std::vector<CellGain> gains = run.Gains(i < kHour ? Factor(TwoOfAll) : Factor(Same));
      run.run.Tick(gains);
      other.run.Tick(gains);
      ASSERT_EQ(ReportText(other.run.detector.Report()), ReportText(run.run.detector.Report()))
          << i;
      if (i % 40 != 0) continue;
      ASSERT_TRUE(other.run.detector.Save(false) == run.run.detector.Save(false)) << i;
    }
  }
}

// A version before operations were counted has written it.
TEST(DetectorTrafficTest, AStateWithoutOperationsIsLoadedAndGoesOn) {
  TrafficRun run(19);
  run.For(kDay, NoSuccesses);
  std::vector<DetectorPage> pages = run.run.detector.Save(false);
  for (DetectorPage& page : pages) {
    if (!(page.place == Place())) continue;
    internal::DetectorHead head;
    ASSERT_TRUE(head.ParseFromString(page.bytes));
    ASSERT_GT(head.traffic_size(), 0);
    head.clear_traffic();
    page.bytes = head.SerializeAsString();
  }
  ASSERT_EQ(run.run.Load(pages), absl::OkStatus());
  run.run.detector.SetCodes(CodesWithSuccess());
  EXPECT_THAT(run.For(3 * kHour, Same), IsEmpty());
  EXPECT_THAT(run.For(kHour, TwoOfAll), IsEmpty());
  run.For(60, [](const At& at) { return at.slot == 2 && at.region == 1 ? 16.0 : 2.0; });
  EXPECT_THAT(ActiveSpikeTexts(run.run.detector.Report()), ElementsAre("10001 in region1 of all"));
}

}  // namespace
}  // namespace gmewatch
