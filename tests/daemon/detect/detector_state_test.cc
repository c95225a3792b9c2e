// What a Detector saves, loads and continues from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "gmewatch/internal/detector.pb.h"
#include "tests/daemon/detect/detector_run.h"

namespace gmewatch {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int kHour = static_cast<int>(kTicksPerHour);
constexpr int kDay = static_cast<int>(kTicksPerDay);

using At = DetectorRun::At;

CellInput Baseline(const At& at, Random* counts) {
  return Many((at.slot == 0 ? 0.01 : 0.5) * (1 + static_cast<double>(at.app)), counts);
}

// Region 1 rises, and one sender of app 0 in region 0 loops.
CellInput Outage(const At& at, Random* counts) {
  CellInput input = Baseline(at, counts);
  if (at.region == 1 && at.slot > 0) input.events += counts->Poisson(6);
  if (at.app == 0 && at.region == 0 && at.slot == 1) input.loop = 300;
  return input;
}

// Replaces the pages of `whole` by those of `changed`; appends new ones, as the log does.
void Merge(const std::vector<DetectorPage>& changed, std::vector<DetectorPage>* whole) {
  for (const DetectorPage& page : changed) {
    const auto old = absl::c_find_if(
        *whole, [&page](const DetectorPage& other) { return other.place == page.place; });
    if (old == whole->end()) {
      whole->push_back(page);
    } else {
      *old = page;
    }
  }
}

TEST(DetectorStateTest, ContinuesFromItsSavedStateBitForBit) {
  DetectorRun run(31);
  run.Until(kDay + 2 * kHour, Baseline);
  run.Until(kDay + 2 * kHour + 40, Outage);
  const SpikeReport at_save = run.detector.Report();
  ASSERT_THAT(SpikeTexts(at_save),
              testing::IsSupersetOf({"1005 in region1 of all", "1005 in region0 of app0 (loop)"}));
  ASSERT_THAT(at_save.incidents, Not(IsEmpty()));

  DetectorRun other(32);
  ASSERT_EQ(other.Load(run.detector.Save(false)), absl::OkStatus());
  other.tick = run.tick;
  EXPECT_EQ(other.detector.last_tick(), run.detector.last_tick());
  EXPECT_EQ(other.detector.places(), run.detector.places());
  EXPECT_EQ(ReportText(other.detector.Report()), ReportText(at_save));
  // Past the end of the outage and of an hour, until its spikes are not reported any more.
  for (int i = 0; i < kHour + 300; ++i) {
    const std::vector<CellGain> gains = run.Gains(i < 100 ? Outage : Baseline);
    run.Tick(gains);
    other.Tick(gains);
    ASSERT_EQ(ReportText(other.detector.Report()), ReportText(run.detector.Report())) << i;
    if (i % 50 != 0) continue;
    ASSERT_TRUE(other.detector.Save(false) == run.detector.Save(false)) << i;
  }
  EXPECT_EQ(other.detector.Save(false), run.detector.Save(false));
}

void ChangePages(std::vector<DetectorPage>* pages,
                 const std::function<void(internal::SeriesPage*)>& change) {
  for (DetectorPage& saved : *pages) {
    if (saved.place == Place()) continue;
    internal::SeriesPage page;
    ASSERT_TRUE(page.ParseFromString(saved.bytes));
    change(&page);
    saved.bytes = page.SerializeAsString();
  }
}

// Weeks of learning survive a version that saves more, and one that saved less.
TEST(DetectorStateTest, AStateOfAnEarlierOrLaterVersionIsReadAndGoesOn) {
  DetectorRun run(37);
  run.Until(kDay + 2 * kHour, Baseline);
  run.Until(kDay + 2 * kHour + 40, Outage);
  const SpikeReport at_save = run.detector.Report();
  const std::vector<DetectorPage> pages = run.detector.Save(false);
  const std::function<void(internal::SeriesPage*)> versions[] = {
      [](internal::SeriesPage* page) {
        page->GetReflection()->MutableUnknownFields(page)->AddVarint(150, 7);
      },
      [](internal::SeriesPage* page) {
        page->clear_other_level();
        page->clear_back_llr();
        page->clear_uncounted();
      }};
  for (const auto& version : versions) {
    std::vector<DetectorPage> changed = pages;
    ChangePages(&changed, version);
    ASSERT_FALSE(changed == pages);
    DetectorRun other(38);
    ASSERT_EQ(other.Load(changed), absl::OkStatus());
    other.tick = run.tick;
    EXPECT_EQ(ReportText(other.detector.Report()), ReportText(at_save));
    DetectorRun first(39);
    ASSERT_EQ(first.Load(pages), absl::OkStatus());
    first.tick = run.tick;
    // The spikes go on until the outage is over.
    for (int i = 0; i < 200; ++i) {
      const std::vector<CellGain> gains = first.Gains(i < 100 ? Outage : Baseline);
      first.Tick(gains);
      other.Tick(gains);
      ASSERT_EQ(SpikeTexts(other.detector.Report()), SpikeTexts(first.detector.Report())) << i;
    }
    EXPECT_THAT(ActiveSpikeTexts(other.detector.Report()), IsEmpty());
  }
}

// A row without events in a tick changes too, if it joins the rise of another or a spike ends
// there.
TEST(DetectorStateTest, ChangedPagesAreCompleteInAnOutageOfRareEvents) {
  for (const uint64_t seed : {35U, 36U}) {
    DetectorRun run(seed);
    const auto rare = [](const At& at, Random* counts) {
      const bool rises = at.region == 1 && at.tick >= kDay && at.tick < kDay + 180;
      return Many(rises ? 0.3 : 0.01, counts);
    };
    run.Until(kDay, rare);
    std::vector<DetectorPage> kept = run.detector.Save(false);
    for (int tick = kDay; tick < kDay + kHour; ++tick) {
      run.Until(tick + 1, rare);
      Merge(run.detector.Save(true), &kept);
      const std::vector<DetectorPage> whole = run.detector.Save(false);
      ASSERT_TRUE(absl::c_is_permutation(kept, whole)) << "seed " << seed << " tick " << tick;
    }
    EXPECT_THAT(run.detector.Report().spikes, Not(IsEmpty()));
  }
}

TEST(DetectorStateTest, ChangedPagesCompleteTheEarlierOnes) {
  DetectorRun run(33);
  run.Until(kHour / 2, Baseline);
  std::vector<DetectorPage> kept = run.detector.Save(false);
  EXPECT_THAT(kept, SizeIs(1 + 1 + 3 + 3 + 9));
  for (int i = 0; i < 40; ++i) {
    if (i == 20) {
      run.detector.AddPlace({"new", "region0"});
    } else if (i % 4 == 3) {
      run.Until(run.tick + 20, Baseline);
    } else {
      // Only one place has events: its row and its roll-ups change.
      std::vector<CellGain> gains = run.Gains(Baseline);
      std::erase_if(gains, [](const CellGain& gain) { return gain.place != 4; });
      if (gains.empty()) continue;
      const bool same_hour = (run.tick + 1) / kHour == run.tick / kHour;
      run.Tick(gains);
      const std::vector<DetectorPage> changed = run.detector.Save(true);
      if (same_hour && run.tick % kHour > 1) {
        EXPECT_LE(changed.size(), 5U) << i;
      }
      Merge(changed, &kept);
    }
    Merge(run.detector.Save(true), &kept);
    ASSERT_EQ(kept.size(), run.detector.Save(false).size());
    std::vector<DetectorPage> whole = run.detector.Save(false);
    EXPECT_TRUE(absl::c_is_permutation(kept, whole)) << i;
  }
  // Nothing changed, so the head is the only page.
  EXPECT_THAT(run.detector.Save(true), SizeIs(1));
  DetectorRun other(34);
  ASSERT_EQ(other.Load(kept), absl::OkStatus());
  EXPECT_EQ(other.detector.Save(false), run.detector.Save(false));
}

TEST(DetectorStateTest, TheOrderOfPagesDoesNotMatter) {
  DetectorRun run(35);
  run.Until(kHour, Baseline);
  std::vector<DetectorPage> pages = run.detector.Save(false);
  absl::c_reverse(pages);
  DetectorRun other(36);
  ASSERT_EQ(other.Load(pages), absl::OkStatus());
  EXPECT_EQ(other.detector.Save(false), run.detector.Save(false));
}

TEST(DetectorStateTest, ANewDetectorCanBeSavedToo) {
  Detector fresh((StrictSettings()));
  Detector other((StrictSettings()));
  EXPECT_TRUE(other.Load(fresh.Save(false)).ok());
  EXPECT_EQ(other.last_tick(), 0U);
  EXPECT_EQ(other.Save(false), fresh.Save(false));
}

}  // namespace
}  // namespace gmewatch
