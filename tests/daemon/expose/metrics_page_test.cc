#include "daemon/expose/metrics_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "daemon/expose/admin_server.h"
#include "daemon/expose/metric_names.h"
#include "tests/daemon/expose/exposition.h"
#include "tests/support/http_client.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

SpikeSnapshot OneSpikeAndOneLoop() {
  SpikeReport report;
  report.spikes.resize(2);
  report.spikes[0].active = true;
  report.spikes[0].operations_share = report.spikes[0].traffic_ratio = 1;
  report.spikes[0].sessions = report.spikes[0].addresses = 1;
  report.traffic.resize(2);
  for (TrafficLine& line : report.traffic) line.active = true;
  report.traffic[1].kind = TrafficLine::Kind::kLaunch;
  report.spikes[1].retry_loop = true;
  report.incidents.resize(1);
  report.incidents[0].active = true;
  report.incidents[0].members.push_back(report.spikes[0].where);
  return std::make_shared<const SpikeReport>(std::move(report));
}

SilenceSnapshot OneSilence() {
  SilenceReport report;
  report.silences.push_back({.place = {"all", "all"}, .version = {"ios", "1.0"}, .active = true});
  return std::make_shared<const SilenceReport>(std::move(report));
}

const ScrapeRequest kPerson;
const ScrapeRequest kScraper = {.address = "10.0.0.1", .scrape_timeout = "5"};

class MetricsPageTest : public testing::Test {
 protected:
  MetricsPageTest() {
    CatalogCode code;
    code.value = 1005;
    code.name = "NAME";
    code.category = "client";
    code.severity = "error";
    code.action = "network";
    code.solution = "Try \"again\".\n";
    page_.SetCatalog({code}, {"http://127.0.0.1:9747", false});
    counters_.AddCode(1005, true);
  }

  // A whole scrape.
  std::vector<ExposedFamily> Scrape(const ScrapeRequest& request = kPerson) {
    std::string text;
    EXPECT_TRUE(page_
                    .Render(request,
                            [&text](absl::string_view chunk) {
                              text.append(chunk.data(), chunk.size());
                              return true;
                            })
                    .ok());
    absl::StatusOr<std::vector<ExposedFamily>> parsed = ParseExposition(text);
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    return parsed.ok() ? *std::move(parsed) : std::vector<ExposedFamily>();
  }

  Counters counters_;
  ManualClock clock_{absl::UnixEpoch()};
  std::vector<Place> asked_;
  MetricsPage page_{counters_,
                    clock_,
                    [this](const std::vector<Place>& places, const std::vector<int32_t>&) {
                      asked_.insert(asked_.end(), places.begin(), places.end());
                    },
                    [] { return OneSpikeAndOneLoop(); },
                    [] { return OneSilence(); },
                    [] {
                      SelfStats stats;
                      stats.daemon.starts = 1;
                      return stats;
                    }};
};

std::set<std::string> LabelNames(const MetricInfo& metric) {
  std::set<std::string> names(metric.labels.begin(), metric.labels.end());
  names.erase("");
  return names;
}

std::set<std::string> LabelNames(const ExposedSample& sample) {
  std::set<std::string> names;
  for (const auto& [label, value] : sample.labels) {
    names.insert(label);
  }
  names.erase("le");  // of a histogram's buckets
  return names;
}

TEST_F(MetricsPageTest, ShowsEveryMetricOfTheTableWithItsLabels) {
  counters_.AddPlace({"demo", "eu"}, true);
  Scrape();
  const std::vector<ExposedFamily> families = Scrape();
  ASSERT_EQ(families.size(), kMetrics.size());
  for (const MetricInfo& metric : kMetrics) {
    const auto family =
        std::find_if(families.begin(), families.end(),
                     [&metric](const ExposedFamily& f) { return f.name == metric.name; });
    ASSERT_TRUE(family != families.end()) << metric.name;
    EXPECT_EQ(family->help, metric.help) << metric.name;
    EXPECT_EQ(family->type, MetricKindText(metric.kind)) << metric.name;
    ASSERT_FALSE(family->samples.empty()) << metric.name;
    for (const ExposedSample& sample : family->samples) {
      EXPECT_EQ(LabelNames(sample), LabelNames(metric)) << metric.name;
    }
  }
}

TEST_F(MetricsPageTest, StartsANewPlaceAtZero) {
  PlaceCounters* place = counters_.AddPlace({"demo", "eu"}, false);
  place->mutable_cell(1)->events.Add(5);
  const auto events = [this] {
    return SumOf(Scrape(kScraper), "gme_error_events_total", {{"code", "1005"}, {"region", "eu"}});
  };
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(events(), 0);
    clock_.Advance(absl::Seconds(15));
  }
  EXPECT_EQ(events(), 0);
  EXPECT_THAT(asked_, ElementsAre(Place{"demo", "eu"}));
  place->Show();
  EXPECT_EQ(events(), 5);
}

TEST_F(MetricsPageTest, AScrapeThatBreaksOffHasShownNothing) {
  counters_.AddPlace({"demo", "eu"}, false);
  const auto reject = [](absl::string_view) { return false; };
  const auto reject_end = [](absl::string_view chunk) { return !chunk.empty(); };
  EXPECT_EQ(page_.Render(kScraper, reject).code(), absl::StatusCode::kCancelled);
  clock_.Advance(absl::Seconds(15));
  EXPECT_EQ(page_.Render(kScraper, reject_end).code(), absl::StatusCode::kCancelled);
  clock_.Advance(absl::Minutes(5));
  Scrape(kScraper);
  EXPECT_THAT(asked_, IsEmpty());
  clock_.Advance(absl::Minutes(5));
  const std::vector<ExposedFamily> families = Scrape(kScraper);
  EXPECT_EQ(asked_.size(), 1U);
  EXPECT_EQ(SumOf(families, "gmewatch_scrapes_total", {{"result", "broken_off"}}), 2);
  EXPECT_EQ(SumOf(families, "gmewatch_scrapes_total", {{"result", "completed"}}), 1);
  EXPECT_EQ(SumOf(families, "gmewatch_scrape_duration_seconds_count"), 1);
}

TEST_F(MetricsPageTest, GivesUpOnAReaderThatTakesTooLong) {
  const auto slow = [this](absl::string_view) {
    clock_.Advance(MetricsPage::kScrapeTimeMax + absl::Seconds(1));
    return true;
  };
  EXPECT_EQ(page_.Render(kPerson, slow).code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(MetricsPageTest, RejectsMoreScrapesThanItsLimit) {
  absl::Notification go_on;
  absl::BlockingCounter inside(MetricsPage::kScrapesMax);
  std::vector<std::thread> scrapers;
  scrapers.reserve(MetricsPage::kScrapesMax);
  const auto wait_inside = [&](absl::string_view chunk) {
    if (!chunk.empty()) {
      inside.DecrementCount();
      go_on.WaitForNotification();
    }
    return true;
  };
  for (int i = 0; i < MetricsPage::kScrapesMax; ++i) {
    scrapers.emplace_back([&] { EXPECT_TRUE(page_.Render(kPerson, wait_inside).ok()); });
  }
  inside.Wait();
  bool called = false;
  const absl::Status status =
      page_.Render(kPerson, [&called](absl::string_view) { return called = true; });
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(called);
  go_on.Notify();
  for (std::thread& scraper : scrapers) {
    scraper.join();
  }
  const std::string result = "refused";  // allow(words): a label's value
  EXPECT_EQ(SumOf(Scrape(), "gmewatch_scrapes_total", {{"result", result}}), 1);
}

TEST_F(MetricsPageTest, CountsItsSeries) {
  for (int i = 0; i < 5; ++i) {
    counters_.AddPlace({"demo", absl::StrCat("r", i)}, i % 2 == 0);
  }
  const std::vector<ExposedFamily> families = Scrape();
  size_t series = 0;
  for (const ExposedFamily& family : families) {
    const bool of_counters = absl::StartsWith(family.name, "gme_") && family.type == "counter";
    series += of_counters ? family.samples.size() : 0;
  }
  EXPECT_EQ(SumOf(families, "gmewatch_series"), static_cast<double>(series));
}

// The output of promtool for a text; empty if it finds no fault.
std::string Promtool(const std::string& text) {
  const TempDir dir;
  const std::string file = dir.Write("scrape.txt", text);
  std::FILE* pipe =
      popen((std::string(GMEWATCH_PROMTOOL) + " check metrics 2>&1 < '" + file + "'").c_str(), "r");
  std::string said;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    said.push_back(static_cast<char>(c));
  }
  const int status = pclose(pipe);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0
             ? said
             : absl::StrCat("status ", status, ": ", said);
}

TEST_F(MetricsPageTest, PassesPromtoolOverHttp) {
  counters_.AddPlace({"demo", "eu"}, true)->mutable_cell(1)->events.Add(UINT64_MAX);
  counters_.AddPlace({"a\"} 1\n\\", "语音\xFF"}, true);
  AdminServerOptions options;
  options.address = "127.0.0.1:0";
  AdminServer server(
      options, clock_,
      [this](const ScrapeRequest& request, ChunkSink sink) { return page_.Render(request, sink); },
      [] { return absl::OkStatus(); });
  ASSERT_TRUE(server.Start().ok());
  const absl::StatusOr<HttpReply> reply = HttpFetch(server.address(), "/metrics");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(Promtool(reply->body), "");
  // Negative controls: the tool does find faults.
  EXPECT_NE(Promtool("nonsense {\n"), "");
  EXPECT_NE(Promtool("# TYPE a counter\na 1\n"), "");
}

}  // namespace
}  // namespace gmewatch
