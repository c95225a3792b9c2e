#include "daemon/expose/zero_first.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr uint64_t kFast = 1;
constexpr uint64_t kSlow = 2;

class ZeroFirstTest : public testing::Test {
 protected:
  // A complete scrape. Returns whether each row shows its counts.
  std::vector<bool> Scrape(uint64_t scraper) {
    const ScrapeView view = zero_first_.Begin(scraper);
    zero_first_.Completed(view);
    return view.place_shown;
  }

  // Scrapes from now until `duration` has passed, so that the scraper is known by its interval.
  void ScrapeFor(uint64_t scraper, absl::Duration interval, absl::Duration duration) {
    for (absl::Duration at; at < duration; at += interval) {
      Scrape(scraper);
      clock_.Advance(interval);
    }
  }

  PlaceCounters* AddPlace() {
    return counters_.AddPlace({"demo", absl::StrCat("r", counters_.places())}, /*shown=*/false);
  }

  Counters counters_;
  ManualClock clock_{absl::UnixEpoch()};
  bool obey_ = true;  // whether the owner shows what it is asked to
  std::vector<Place> asked_places_;
  std::vector<int32_t> asked_codes_;
  ZeroFirst zero_first_{
      counters_, clock_,
      [this](const std::vector<Place>& places, const std::vector<int32_t>& codes) {
        for (const Place& place : places) {
          asked_places_.push_back(place);
          for (size_t id = 0; obey_ && id < counters_.places(); ++id) {
            if (counters_.place(id).place() == place) {
              counters_.mutable_place(id)->Show();
            }
          }
        }
        for (const int32_t code : codes) {
          asked_codes_.push_back(code);
          for (size_t slot = 1; obey_ && slot < counters_.codes(); ++slot) {
            if (counters_.code(slot) == code) counters_.ShowCode(slot);
          }
        }
      }};
};

TEST_F(ZeroFirstTest, WhatAnotherProcessMayShowIsNotAtZeroAgainForAScraperThatComesFromThere) {
  ZeroFirst other(
      counters_, clock_, [](const auto&, const auto&) {}, /*shared=*/true);
  AddPlace();
  const size_t slot = counters_.AddCode(1005, /*shown=*/false);
  const ScrapeView early = other.Begin(kFast);
  EXPECT_THAT(early.place_shown, ElementsAre(false));
  EXPECT_FALSE(early.code_shown[slot]);
  // As a record in the shared log says.
  counters_.mutable_place(0)->Show();
  counters_.ShowCode(slot);
  for (const uint64_t scraper : {kFast, kSlow}) {
    const ScrapeView view = other.Begin(scraper);
    EXPECT_THAT(view.place_shown, ElementsAre(true));
    EXPECT_TRUE(view.code_shown[slot]);
  }
  // A process alone knows what its scrapers have seen.
  EXPECT_THAT(Scrape(kSlow), ElementsAre(false));
}

TEST_F(ZeroFirstTest, DoesNotAskForWhatIsShownAtTheStart) {
  counters_.AddPlace({"demo", "eu"}, /*shown=*/true);
  counters_.AddCode(1005, /*shown=*/true);
  ZeroFirst started(counters_, clock_,
                    [](const std::vector<Place>&, const std::vector<int32_t>&) { FAIL(); });
  for (int i = 0; i < 40; ++i) {
    const ScrapeView view = started.Begin(kFast);
    EXPECT_THAT(view.place_shown, ElementsAre(true));
    EXPECT_EQ(view.codes, 2U);
    EXPECT_TRUE(view.code_shown[kOtherSlot]);
    EXPECT_TRUE(view.code_shown[1]);
    started.Completed(view);
    clock_.Advance(absl::Seconds(15));
  }
}

TEST_F(ZeroFirstTest, AsksOnceAScrapeSawTheZerosAndTimePassed) {
  obey_ = false;
  ScrapeFor(kFast, absl::Seconds(5), absl::Minutes(5));
  AddPlace();
  counters_.AddCode(99, /*shown=*/false);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Scrape(kFast), ElementsAre(false));
    clock_.Advance(absl::Seconds(5));
  }
  EXPECT_THAT(asked_places_, IsEmpty());
  EXPECT_THAT(Scrape(kFast), ElementsAre(false)) << "shown before the owner has done so";
  EXPECT_THAT(asked_places_, ElementsAre(Place{"demo", "r0"}));
  EXPECT_THAT(asked_codes_, ElementsAre(99));
  // Not again for each scrape.
  clock_.Advance(absl::Seconds(5));
  Scrape(kFast);
  EXPECT_THAT(asked_places_, SizeIs(1));
  clock_.Advance(absl::Seconds(10));
  Scrape(kFast);
  EXPECT_THAT(asked_places_, SizeIs(2));
  counters_.mutable_place(0)->Show();
  EXPECT_THAT(Scrape(kFast), ElementsAre(true));
}

TEST_F(ZeroFirstTest, ASlowScraperSeesTheZerosThatAFastOneHadBefore) {
  // 5 s and 60 s: the slow one comes each time after twelve scrapes of the fast one.
  for (int minute = 0; minute < 4; ++minute) {
    Scrape(kSlow);
    ScrapeFor(kFast, absl::Seconds(5), absl::Minutes(1));
  }
  Scrape(kSlow);
  AddPlace();
  ScrapeFor(kFast, absl::Seconds(5), absl::Minutes(1));
  EXPECT_THAT(Scrape(kFast), ElementsAre(true));
  EXPECT_THAT(Scrape(kSlow), ElementsAre(false));
  ScrapeFor(kFast, absl::Seconds(5), absl::Minutes(1));
  EXPECT_THAT(Scrape(kSlow), ElementsAre(true));
}

TEST_F(ZeroFirstTest, ScrapersThatLookLikeOneSeeTheZerosForLonger) {
  // Both have the same number.
  for (int minute = 0; minute < 4; ++minute) {
    clock_.Advance(absl::Seconds(2));
    Scrape(kFast);
    clock_.Advance(absl::Seconds(-2));
    ScrapeFor(kFast, absl::Seconds(5), absl::Minutes(1));
  }
  AddPlace();
  for (int i = 0; i < 23; ++i) {
    EXPECT_THAT(Scrape(kFast), ElementsAre(false)) << i;
    clock_.Advance(absl::Seconds(5));
  }
  clock_.Advance(absl::Seconds(5));
  Scrape(kFast);
  EXPECT_THAT(Scrape(kFast), ElementsAre(true));
}

TEST_F(ZeroFirstTest, AScraperThatStaysAwayHoldsNothingUp) {
  Scrape(kSlow);
  ScrapeFor(kFast, absl::Seconds(5), absl::Minutes(5));
  AddPlace();
  ScrapeFor(kFast, absl::Seconds(5), absl::Seconds(20));
  EXPECT_THAT(Scrape(kFast), ElementsAre(true));
  // It comes back after zero_for, and another one comes for the first time.
  ScrapeFor(kFast, absl::Seconds(5), absl::Minutes(2));
  EXPECT_THAT(Scrape(kSlow), ElementsAre(true));
  EXPECT_THAT(Scrape(77), ElementsAre(true));
}

TEST_F(ZeroFirstTest, TheSettingBoundsTheZeros) {
  zero_first_.SetZeroFor(absl::Seconds(3));
  AddPlace();
  EXPECT_THAT(Scrape(kFast), ElementsAre(false));
  clock_.Advance(absl::Seconds(3));
  Scrape(kFast);
  EXPECT_THAT(Scrape(kFast), ElementsAre(true));
}

TEST_F(ZeroFirstTest, AReaderThatIsNoScraperSeesAllAndChangesNothing) {
  ScrapeFor(kFast, absl::Seconds(5), absl::Minutes(5));
  AddPlace();
  for (int i = 0; i < 100; ++i) {
    const ScrapeView view = zero_first_.Begin(std::nullopt);
    EXPECT_THAT(view.place_shown, ElementsAre(true));
    zero_first_.Completed(view);
    clock_.Advance(absl::Minutes(1));
  }
  EXPECT_THAT(asked_places_, IsEmpty());
  EXPECT_THAT(Scrape(kFast), ElementsAre(false));
}

TEST_F(ZeroFirstTest, ForgetsAScrapeThatBrokeOff) {
  AddPlace();
  zero_first_.Begin(kFast);
  clock_.Advance(absl::Hours(1));  // without a complete scrape, time does not count
  zero_first_.Begin(kFast);
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(Scrape(kFast), ElementsAre(false));
  EXPECT_THAT(asked_places_, IsEmpty());
}

TEST_F(ZeroFirstTest, ASlowScrapeDoesNotCountForAPlaceAddedMeanwhile) {
  const ScrapeView slow = zero_first_.Begin(kFast);
  AddPlace();
  zero_first_.Completed(slow);
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(Scrape(kFast), ElementsAre(false));
  EXPECT_THAT(asked_places_, IsEmpty());
}

TEST_F(ZeroFirstTest, RemembersABoundedNumberOfScrapersAndTheyKeepTheirZeros) {
  ScrapeFor(kFast, absl::Seconds(5), absl::Minutes(5));
  for (uint64_t stranger = 100; stranger < 1000; ++stranger) Scrape(stranger);
  Scrape(kFast);
  AddPlace();
  for (uint64_t stranger = 100; stranger < 1000; ++stranger) Scrape(stranger);
  EXPECT_THAT(Scrape(kFast), ElementsAre(false));
  // Beyond the bound: zeros for zero_for, then the counts.
  EXPECT_THAT(Scrape(5000), ElementsAre(false));
  clock_.Advance(absl::Minutes(2));
  Scrape(kFast);
  EXPECT_THAT(Scrape(5001), ElementsAre(true));
}

// Scrapers come at any interval, break off, are forgotten and come again.
TEST_F(ZeroFirstTest, WhatAScraperWasShownStaysShown) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  std::vector<std::vector<bool>> shown(200);
  std::vector<std::vector<bool>> zero(200);
  for (int i = 0; i < 20000; ++i) {
    clock_.Advance(absl::Milliseconds(random() % 2000));
    if (random() % 20 == 0 && counters_.places() < 900) AddPlace();
    // Some come often, most seldom.
    const uint64_t scraper = random() % 3 == 0 ? random() % 5 : random() % shown.size();
    const ScrapeView view = zero_first_.Begin(scraper);
    for (size_t id = 0; id < shown[scraper].size(); ++id) {
      ASSERT_TRUE(view.place_shown[id] || !shown[scraper][id]) << "scraper " << scraper;
    }
    shown[scraper] = view.place_shown;
    if (random() % 10 != 0) zero_first_.Completed(view);
  }
}

}  // namespace
}  // namespace gmewatch
