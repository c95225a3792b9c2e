#include "daemon/recent_scrape.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

TEST(RecentScrapeTest, IsLatelyForTwoMinutesAfterAScrapeAndNeverByAPerson) {
  ManualClock clock(absl::FromUnixSeconds(1'000'000));
  RecentScrape scrape(clock);
  EXPECT_FALSE(scrape.IsLately());
  ScrapeRequest request;
  request.address = "127.0.0.1";
  request.user_agent = "curl/8";
  scrape.Note(request);
  EXPECT_FALSE(scrape.IsLately());
  request.scrape_timeout = "10";
  scrape.Note(request);
  EXPECT_TRUE(scrape.IsLately());
  clock.Advance(RecentScrape::kLately);
  EXPECT_TRUE(scrape.IsLately());
  clock.Advance(absl::Seconds(1));
  EXPECT_FALSE(scrape.IsLately());
}

}  // namespace
}  // namespace gmewatch
