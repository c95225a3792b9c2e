// Damaged states of a Detector: Load returns an error, never crashes, and leaves the detector as
// new.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "gmewatch/internal/detector.pb.h"
#include "tests/daemon/detect/detector_run.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kHour = static_cast<int>(kTicksPerHour);

using Pages = std::vector<DetectorPage>;

CellInput Baseline(const DetectorRun::At& at, Random* counts) {
  return Many(at.slot == 0 ? 0.01 : 0.5, counts);
}

CellInput Outage(const DetectorRun::At& at, Random* counts) {
  return Many(at.slot == 0 ? 0.01 : at.region == 1 ? 6 : 0.5, counts);
}

// A state with spikes.
const Pages& SomePages() {
  static const Pages* const pages = [] {
    DetectorRun run(41);
    run.Until(kHour, Baseline);
    run.Until(kHour + 30, Outage);
    EXPECT_THAT(run.detector.Report().incidents, testing::SizeIs(1));
    return new Pages(run.detector.Save(false));
  }();
  return *pages;
}

DetectorPage& PageOf(const Place& place, Pages* pages) {
  for (DetectorPage& page : *pages) {
    if (page.place == place) return page;
  }
  ADD_FAILURE() << place.app << "/" << place.region;
  return pages->front();
}

void ChangeHead(Pages* pages, const std::function<void(internal::DetectorHead*)>& change) {
  std::string& bytes = PageOf({}, pages).bytes;
  internal::DetectorHead head;
  ASSERT_TRUE(head.ParseFromString(bytes));
  change(&head);
  bytes = head.SerializeAsString();
}

bool IsAsNew(Detector* detector) {
  return detector->Save(false) == Detector(StrictSettings()).Save(false) &&
         detector->places() == 0 && detector->codes() == 0 && detector->last_tick() == 0 &&
         detector->Report().series == 0;
}

void Check(const Pages& pages, absl::StatusCode code, const std::string& message) {
  Detector detector(StrictSettings());
  const absl::Status status = detector.Load(pages);
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(message));
  EXPECT_TRUE(IsAsNew(&detector)) << status;
}

TEST(DetectorDamageTest, AnotherFormatOrTickIsFailedPrecondition) {
  constexpr auto kCode = absl::StatusCode::kFailedPrecondition;
  Check({}, kCode, "format 0");
  Pages pages = SomePages();
  std::erase_if(pages, [](const DetectorPage& page) { return page.place == Place(); });
  Check(pages, kCode, "format 0");
  for (const uint32_t format : {1U, 3U, 7U}) {
    pages = SomePages();
    ChangeHead(&pages, [format](internal::DetectorHead* head) { head->set_format(format); });
    Check(pages, kCode, absl::StrCat("format ", format));
  }
  pages = SomePages();
  ChangeHead(&pages, [](internal::DetectorHead* head) { head->set_tick_seconds(7); });
  Check(pages, kCode, "ticks of 7 s");
}

TEST(DetectorDamageTest, AContradictionIsDataLoss) {
  const auto check = [](const std::function<void(Pages*)>& damage, const std::string& message) {
    Pages pages = SomePages();
    damage(&pages);
    Check(pages, absl::StatusCode::kDataLoss, message);
  };
  const auto check_head = [&check](const std::function<void(internal::DetectorHead*)>& damage,
                                   const std::string& message) {
    check([&damage](Pages* pages) { ChangeHead(pages, damage); }, message);
  };
  using Head = internal::DetectorHead;
  check([](Pages* pages) { PageOf({}, pages).bytes = "\xff\xff"; }, "head");
  check([](Pages* pages) { std::erase(*pages, PageOf({"app1", "region1"}, pages)); }, "missing");
  check([](Pages* pages) { PageOf({"app1", "all"}, pages).place.app = "app9"; }, "app9/all");
  check([](Pages* pages) { pages->push_back(PageOf({"all", "region2"}, pages)); }, "series");
  check([](Pages* pages) { PageOf({"all", "all"}, pages).bytes.clear(); }, "missing");
  check_head([](Head* head) { head->mutable_births()->RemoveLast(); }, "rows");
  check_head([](Head* head) { head->add_births(1); }, "rows");
  check_head([](Head* head) { head->mutable_places()->RemoveLast(); }, "rows");
  check_head([](Head* head) { head->mutable_codes()->Truncate(2); }, "series");
  check_head([](Head* head) { head->set_series(head->series() - 1); }, "series");
  check_head([](Head* head) { head->set_series(head->series() + 1); }, "series");
  check_head([](Head* head) { head->set_series(UINT32_MAX); }, "number of series");
  check_head([](Head* head) { head->add_rising(head->series()); }, "unknown series");
  check_head([](Head* head) { head->mutable_announced(0)->set_series(head->series()); }, "spike");
}

// What was counted of the operations of a row is checked like everything else.
// NOLINTNEXTLINE(readability-function-*): each EXPECT in the loops counts as a branch
TEST(DetectorDamageTest, OperationsThatCannotBeAreDataLoss) {
  using Record = internal::TrafficRecord;
  const auto check = [](const std::function<void(internal::DetectorHead*)>& damage,
                        const std::string& message) {
    Pages pages = SomePages();
    ChangeHead(&pages, damage);
    Check(pages, absl::StatusCode::kDataLoss, message);
  };
  // Without damage it is loaded.
  Pages sound = SomePages();
  ChangeHead(&sound, [](internal::DetectorHead* head) {
    ASSERT_EQ(head->traffic_size(), 1 + 3 + 3 + 9);
    Record* record = head->mutable_traffic(5);
    record->set_mean(5);
    record->set_recent_operations(500);
    record->set_recent_ticks(100);
    record->set_hour_successes(50);
    record->set_hour_ticks(10);
  });
  EXPECT_EQ(Detector(StrictSettings()).Load(sound), absl::OkStatus());

  const std::function<void(Record*, float)> fields[] = {
      [](Record* record, float value) { record->set_recent_operations(value); },
      [](Record* record, float value) { record->set_recent_ticks(value); },
      [](Record* record, float value) { record->set_hour_successes(value); },
      [](Record* record, float value) { record->set_hour_errors(value); },
      [](Record* record, float value) { record->set_hour_ticks(value); },
      [](Record* record, float value) { record->set_hours(value); },
      [](Record* record, float value) { record->set_mean(value); },
      [](Record* record, float value) { record->set_exposure(value); },
      [](Record* record, float value) { record->set_silent_ticks(value); },
      [](Record* record, float value) { record->set_failing_ticks(value); },
      [](Record* record, float value) { record->add_sums(value); }};
  for (const auto& field : fields) {
    for (const float value : {-1.0F, NAN, INFINITY, -INFINITY}) {
      for (const int row : {0, 15}) {
        check([&](internal::DetectorHead* head) { field(head->mutable_traffic(row), value); },
              "operations");
      }
    }
  }
  // Shares that would not be finite.
  check([](internal::DetectorHead* head) { head->mutable_traffic(3)->set_exposure(0); },
        "operations");
  check([](internal::DetectorHead* head) { head->mutable_traffic(3)->set_hour_successes(1); },
        "operations");
  check(
      [](internal::DetectorHead* head) {
        head->mutable_traffic(3)->set_mean(1e-30F);
        head->mutable_traffic(3)->set_recent_ticks(1);
      },
      "operations");
  // A mean without the ticks that it is from.
  check([](internal::DetectorHead* head) { head->mutable_traffic(3)->set_mean(1); }, "operations");
  check([](internal::DetectorHead* head) { head->mutable_traffic()->RemoveLast(); }, "rows");
  check([](internal::DetectorHead* head) { *head->add_traffic() = head->traffic(0); }, "rows");
}

TEST(DetectorDamageTest, PastRisesThatCannotBeAreDataLoss) {
  using Record = internal::PastRiseRecord;
  const auto changed = [](const std::function<void(Record*)>& damage) {
    Pages pages = SomePages();
    ChangeHead(&pages, [&](internal::DetectorHead* head) {
      for (const uint32_t slot : {0U, 4U}) {
        Record* record = head->add_past_rises();
        record->set_slot(slot);
        record->set_row(15);
        record->set_start(100);
        record->set_end(100 + slot);
        record->set_factor(3);
        record->set_score(2);
      }
      damage(head->mutable_past_rises(1));
    });
    return pages;
  };
  // Without damage they are loaded.
  EXPECT_EQ(Detector(StrictSettings()).Load(changed([](Record*) {})), absl::OkStatus());
  const auto check = [&changed](const std::function<void(Record*)>& damage) {
    Check(changed(damage), absl::StatusCode::kDataLoss, "past rise");
  };
  check([](Record* record) { record->set_row(16); });
  check([](Record* record) { record->set_row(UINT32_MAX); });
  check([](Record* record) { record->set_slot(5); });
  check([](Record* record) { record->set_start(105); });
  for (const float value : {NAN, INFINITY, -INFINITY}) {
    check([value](Record* record) { record->set_factor(value); });
    check([value](Record* record) { record->set_score(value); });
  }
  // The factor of a spike becomes that of a past rise.
  Pages pages = SomePages();
  ChangeHead(&pages,
             [](internal::DetectorHead* head) { head->mutable_announced(0)->set_factor(NAN); });
  Check(pages, absl::StatusCode::kDataLoss, "spike");
}

// The label of a roll-up is not a place.
TEST(DetectorDamageTest, APlaceThatIsARollupIsDataLoss) {
  for (const Place& place : {Place{"all", "all"}, Place{"all", "x"}, Place{"x", "all"}}) {
    Pages pages = SomePages();
    ChangeHead(&pages, [&place](internal::DetectorHead* head) {
      internal::PlaceName* added = head->add_places();
      added->set_app(place.app);
      added->set_region(place.region);
    });
    Check(pages, absl::StatusCode::kDataLoss, "");
  }
}

TEST(DetectorDamageTest, TheListOfRisesMustMatchTheSeries) {
  Pages pages = SomePages();
  ChangeHead(&pages, [](internal::DetectorHead* head) { head->mutable_rising()->RemoveLast(); });
  Check(pages, absl::StatusCode::kDataLoss, "rise");
  pages = SomePages();
  ChangeHead(&pages, [](internal::DetectorHead* head) { head->add_rising(head->rising(0)); });
  Check(pages, absl::StatusCode::kDataLoss, "rise");
}

TEST(DetectorDamageTest, TwoSeriesOfOneCellAreDataLoss) {
  Pages pages = SomePages();
  std::string& bytes = PageOf({"app1", "region1"}, &pages).bytes;
  internal::SeriesPage page;
  ASSERT_TRUE(page.ParseFromString(bytes));
  ASSERT_GT(page.series(), 1U);
  page.set_slot(1, page.slot(0));
  bytes = page.SerializeAsString();
  Check(pages, absl::StatusCode::kDataLoss, "series");
}

TEST(DetectorDamageTest, ATruncatedPageIsDataLoss) {
  Pages pages = SomePages();
  std::string& bytes = PageOf({"all", "region1"}, &pages).bytes;
  const std::string whole = bytes;
  for (size_t size = 0; size < whole.size(); ++size) {
    bytes = whole.substr(0, size);
    Check(pages, absl::StatusCode::kDataLoss, "");
  }
}

// A page with a flipped bit is rejected or loads; the detector works either way.
void FlipABitInEveryByte(const Place& place) {
  DetectorRun run(42);
  std::vector<std::vector<CellGain>> gains(12);
  for (std::vector<CellGain>& gain : gains) gain = run.Gains(Outage);
  Pages pages = SomePages();
  std::string& bytes = PageOf(place, &pages).bytes;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const char mask = static_cast<char>(1U << (i * 5 % 8));
    bytes[i] = static_cast<char>(bytes[i] ^ mask);
    run.detector = Detector(StrictSettings());
    run.tick = kHour + 30;
    const absl::Status status = run.detector.Load(pages);
    bytes[i] = static_cast<char>(bytes[i] ^ mask);
    if (!status.ok()) {
      ASSERT_TRUE(IsAsNew(&run.detector)) << i;
      continue;
    }
    if (run.detector.places() != 9 || run.detector.last_tick() != kFirstTick + kHour + 29) continue;
    run.detector.SetCodes(DetectorRun::WatchedCodes());
    for (const std::vector<CellGain>& gain : gains) run.Tick(gain);
    run.tick += kHour;
    run.Tick(gains[0]);
    run.detector.Save(false);
  }
}

TEST(DetectorDamageTest, AFlippedBitNeverCrashes) {
  for (const Place& place : {Place{}, Place{"all", "all"}, Place{"app1", "region1"}}) {
    SCOPED_TRACE(place.app + "/" + place.region);
    FlipABitInEveryByte(place);
  }
}

}  // namespace
}  // namespace gmewatch
