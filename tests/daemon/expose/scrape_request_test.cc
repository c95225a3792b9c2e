#include "daemon/expose/scrape_request.h"

#include <gtest/gtest.h>

#include <string>

namespace gmewatch {
namespace {

// As Prometheus 2.42 and VictoriaMetrics 1.79 send it.
constexpr char kPrometheus[] =
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
constexpr char kVictoriaMetrics[] = "text/plain;version=0.0.4;q=1,*/*;q=0.1";

ScrapeFormat FormatOf(const std::string& accept, const std::string& coding = "") {
  return FormatFor({.accept = accept, .accept_encoding = coding});
}

TEST(ScrapeRequestTest, OpenMetricsIsSentToWhoAsksForIt) {
  EXPECT_EQ(FormatOf(kPrometheus).content_type,
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
  for (const char* accept :
       {kPrometheus, "application/openmetrics-text", "Application/OpenMetrics-Text; Version=1.0.0",
        "text/plain;q=0.5, application/openmetrics-text;version=\"1.0.0\"; q=0.5"}) {
    EXPECT_TRUE(FormatOf(accept).open_metrics) << accept;
  }
  EXPECT_EQ(FormatOf("application/openmetrics-text;version=0.0.1").content_type,
            "application/openmetrics-text; version=0.0.1; charset=utf-8");
}

TEST(ScrapeRequestTest, EveryoneElseGetsPlainText) {
  for (const char* accept :
       {kVictoriaMetrics, "", "*/*", "text/html,*/*;q=0.8", "application/json", ",;=,q", "text/*",
        "application/openmetrics-text;q=0, */*", "application/openmetrics-text;q=rubbish",
        "application/openmetrics-text;version=2.0.0,text/plain;q=0.1",
        "text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.9"}) {
    EXPECT_FALSE(FormatOf(accept).open_metrics) << accept;
    EXPECT_EQ(FormatOf(accept).content_type, "text/plain; version=0.0.4; charset=utf-8");
  }
}

TEST(ScrapeRequestTest, GzipIsUsedIfItIsWelcome) {
  for (const char* coding : {"gzip", "deflate, GZIP;q=0.5", "*", "gzip;q=1.0, identity; q=0.5"}) {
    EXPECT_TRUE(FormatOf("", coding).gzip) << coding;
  }
  for (const char* coding :
       {"", "identity", "deflate", "gzip;q=0", "*;q=1, gzip;q=0", "br", "gzip;q=0.5, identity"}) {
    EXPECT_FALSE(FormatOf("", coding).gzip) << coding;
  }
}

TEST(ScrapeRequestTest, AScraperIsKnownByAddressAndHeaders) {
  const ScrapeRequest prometheus = {.address = "10.0.0.1",
                                    .host = "gmewatch:9747",
                                    .user_agent = "Prometheus/2.42.0",
                                    .accept = kPrometheus,
                                    .accept_encoding = "gzip",
                                    .scrape_timeout = "10"};
  ASSERT_TRUE(ScraperId(prometheus).has_value());
  EXPECT_EQ(ScraperId(prometheus), ScraperId(ScrapeRequest(prometheus)));
  for (std::string ScrapeRequest::*part :
       {&ScrapeRequest::address, &ScrapeRequest::forwarded_for, &ScrapeRequest::host,
        &ScrapeRequest::user_agent, &ScrapeRequest::scrape_timeout}) {
    ScrapeRequest other = prometheus;
    other.*part = "another";
    EXPECT_NE(ScraperId(other), ScraperId(prometheus));
  }
  EXPECT_TRUE(ScraperId({.accept = kVictoriaMetrics}).has_value());
  EXPECT_TRUE(ScraperId({.accept = "application/openmetrics-text"}).has_value());
}

TEST(ScrapeRequestTest, APersonIsNoScraper) {
  EXPECT_EQ(ScraperId({.address = "::1", .user_agent = "curl/7.88.1", .accept = "*/*"}),
            std::nullopt);
  EXPECT_EQ(ScraperId({.user_agent = "Mozilla/5.0",
                       .accept = "text/html,application/xml;q=0.9,*/*;q=0.8",
                       .accept_encoding = "gzip, deflate, br"}),
            std::nullopt);
}

}  // namespace
}  // namespace gmewatch
