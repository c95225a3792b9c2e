// More than one reader of /metrics: Prometheus at two intervals, VictoriaMetrics, and a person.
// Each scraper sees the first errors of new apps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/integration/prometheus_process.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/http_client.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(150);
constexpr int kApps = 6;
constexpr int kErrors = 7;

std::string SeriesOf(int app) {
  return absl::StrCat("gme_error_events_total{app=\"new-", app, "\",code=\"1005\"}");
}

TEST(ScrapersTest, EachOfThemSeesTheFirstErrorsOfNewApps) {
  const TempDir dir;
  const auto daemon = GmewatchdProcess::Start(
      {"--state_dir=" + dir.File("state"),
       "--config=" + dir.Write("settings.yaml", "expose: {zero_for: 45s}\n")});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  const std::string target = (*daemon)->admin_address();
  // The two Prometheus have one address and the same headers.
  const auto fast = PrometheusProcess::Start(dir, target);
  const auto slow = PrometheusProcess::Start(dir, target, absl::Seconds(20));
  const auto victoria = PrometheusProcess::StartVictoriaMetrics(dir, target, absl::Seconds(7));
  const std::vector<const PrometheusProcess*> scrapers = {fast.get(), slow.get(), victoria.get()};
  for (const PrometheusProcess* scraper : scrapers) {
    ASSERT_NE(scraper, nullptr) << "the Debian packages prometheus and victoria-metrics";
    ASSERT_EQ(scraper->AwaitAtLeast("up{job=\"gmewatch\"}", 1, kPatience), 1);
  }

  WireClient client((*daemon)->ingest_address());
  for (int app = 0; app < kApps; ++app) {
    const v1::Session session = MakeSession(absl::StrCat("new-", app), "eu");
    ASSERT_TRUE(client.Report(MakeRequest(session, 1, {{1005, kErrors}})).ok());
    // A person sees the counts at once, and spoils nothing.
    const auto page = HttpFetch(target, "/metrics");
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_TRUE(absl::StrContains(page->body, absl::StrCat("app=\"new-", app, "\"} ", kErrors)));
    ASSERT_GE(fast->AwaitAtLeast(SeriesOf(app), 0, kPatience), 0);
    // The apps come at different moments of the slow one's interval.
    const char* scrapes = "max(count_over_time(up{job=\"gmewatch\"}[10m]))";
    ASSERT_GT(fast->AwaitAtLeast(scrapes, fast->Query(scrapes) + 4, kPatience), 0);
  }
  for (const PrometheusProcess* scraper : scrapers) {
    for (int app = 0; app < kApps; ++app) {
      EXPECT_EQ(scraper->AwaitAtLeast(SeriesOf(app), kErrors, kPatience), kErrors) << app;
      EXPECT_EQ(scraper->Query(absl::StrCat("min_over_time(", SeriesOf(app), "[10m])")), 0) << app;
      EXPECT_EQ(scraper->Query(absl::StrCat("resets(", SeriesOf(app), "[10m])")), 0) << app;
      EXPECT_GT(scraper->Query(absl::StrCat("increase(", SeriesOf(app), "[10m])")), 0) << app;
    }
  }
}

}  // namespace
}  // namespace gmewatch
