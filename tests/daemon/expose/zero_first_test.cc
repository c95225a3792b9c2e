#include "daemon/expose/zero_first.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ZeroFirstTest : public testing::Test {
 protected:
  // A complete scrape.
  void Scrape() { zero_first_.Completed(zero_first_.Begin()); }

  Counters counters_;
  ManualClock clock_{absl::UnixEpoch()};
  std::vector<Place> asked_places_;
  std::vector<int32_t> asked_codes_;
  ZeroFirst zero_first_{counters_, clock_,
                        [this](std::vector<Place> places, std::vector<int32_t> codes) {
                          asked_places_.insert(asked_places_.end(), places.begin(), places.end());
                          asked_codes_.insert(asked_codes_.end(), codes.begin(), codes.end());
                        }};
};

TEST_F(ZeroFirstTest, DoesNotAskForWhatIsShown) {
  counters_.AddPlace({"demo", "eu"}, /*shown=*/true);
  counters_.AddCode(1005, /*shown=*/true);
  for (int i = 0; i < 4; ++i) {
    const ScrapeView view = zero_first_.Begin();
    EXPECT_THAT(view.place_shown, ElementsAre(true));
    EXPECT_EQ(view.codes, 2U);
    EXPECT_TRUE(view.code_shown[kOtherSlot]);
    EXPECT_TRUE(view.code_shown[1]);
    zero_first_.Completed(view);
    clock_.Advance(absl::Seconds(15));
  }
  EXPECT_THAT(asked_places_, IsEmpty());
  EXPECT_THAT(asked_codes_, IsEmpty());
}

TEST_F(ZeroFirstTest, AsksOnceAScrapeSawTheZerosAndTimePassed) {
  counters_.AddPlace({"demo", "eu"}, /*shown=*/false);
  counters_.AddCode(99, /*shown=*/false);
  clock_.Advance(absl::Hours(1));  // without a scrape, time alone does not count
  EXPECT_THAT(zero_first_.Begin().place_shown, ElementsAre(false));
  Scrape();
  clock_.Advance(absl::Milliseconds(14999));
  Scrape();
  EXPECT_THAT(asked_places_, IsEmpty());
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(zero_first_.Begin().place_shown, ElementsAre(false))
      << "shown before the owner has done so";
  EXPECT_THAT(asked_places_, ElementsAre(Place{"demo", "eu"}));
  EXPECT_THAT(asked_codes_, ElementsAre(99));
}

TEST_F(ZeroFirstTest, ForgetsAScrapeThatBrokeOff) {
  counters_.AddPlace({"demo", "eu"}, /*shown=*/false);
  zero_first_.Begin();
  clock_.Advance(absl::Seconds(15));
  zero_first_.Begin();
  clock_.Advance(absl::Seconds(15));
  Scrape();
  EXPECT_THAT(asked_places_, IsEmpty());
  clock_.Advance(absl::Seconds(15));
  zero_first_.Begin();
  EXPECT_EQ(asked_places_.size(), 1U);
}

TEST_F(ZeroFirstTest, AsksAgainOnlyAfterAWhile) {
  PlaceCounters* place = counters_.AddPlace({"demo", "eu"}, /*shown=*/false);
  Scrape();
  clock_.Advance(absl::Seconds(15));
  Scrape();
  Scrape();
  clock_.Advance(absl::Seconds(14));
  Scrape();
  EXPECT_EQ(asked_places_.size(), 1U);
  clock_.Advance(absl::Seconds(1));
  Scrape();
  EXPECT_EQ(asked_places_.size(), 2U);
  place->Show();
  clock_.Advance(absl::Seconds(60));
  EXPECT_THAT(zero_first_.Begin().place_shown, ElementsAre(true));
  EXPECT_EQ(asked_places_.size(), 2U);
}

TEST_F(ZeroFirstTest, CountsFromTheFirstOfTwoScrapers) {
  counters_.AddPlace({"demo", "eu"}, /*shown=*/false);
  const ScrapeView first = zero_first_.Begin();
  clock_.Advance(absl::Seconds(10));
  const ScrapeView second = zero_first_.Begin();
  // The one that began first ends last.
  zero_first_.Completed(second);
  zero_first_.Completed(first);
  clock_.Advance(absl::Seconds(5));
  zero_first_.Begin();
  EXPECT_EQ(asked_places_.size(), 1U);
}

TEST_F(ZeroFirstTest, CountsEachFromItsOwnFirstScrape) {
  counters_.AddPlace({"demo", "eu"}, /*shown=*/false);
  Scrape();
  clock_.Advance(absl::Seconds(10));
  counters_.AddPlace({"demo", "us"}, /*shown=*/false);
  counters_.AddCode(99, /*shown=*/false);
  Scrape();
  clock_.Advance(absl::Seconds(5));
  Scrape();
  EXPECT_THAT(asked_places_, ElementsAre(Place{"demo", "eu"}));
  EXPECT_THAT(asked_codes_, IsEmpty());
  clock_.Advance(absl::Seconds(10));
  Scrape();
  EXPECT_THAT(asked_places_, ElementsAre(Place{"demo", "eu"}, Place{"demo", "us"}));
  EXPECT_THAT(asked_codes_, ElementsAre(99));
}

TEST_F(ZeroFirstTest, ASlowScrapeDoesNotCountForAPlaceAddedMeanwhile) {
  const ScrapeView slow = zero_first_.Begin();
  counters_.AddPlace({"demo", "eu"}, /*shown=*/false);
  zero_first_.Completed(slow);
  clock_.Advance(absl::Seconds(15));
  Scrape();
  EXPECT_THAT(asked_places_, IsEmpty());
}

}  // namespace
}  // namespace gmewatch
