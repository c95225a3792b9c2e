// The names and labels of the metrics that people and dashboards rely on. They are repeated here,
// so that a change is noticed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

// "name{label,label}" of a sample. REQUIRES: the values contain neither quotes nor `=`.
std::string ShapeOf(const std::string& series) {
  const size_t brace = series.find('{');
  if (brace == std::string::npos) return series + "{}";
  std::vector<std::string> names;
  for (size_t at = brace; at != std::string::npos; at = series.find("\",", at + 1)) {
    const size_t begin = at + (at == brace ? 1 : 2);
    names.push_back(series.substr(begin, series.find("=\"", begin) - begin));
  }
  return absl::StrCat(series.substr(0, brace), "{", absl::StrJoin(names, ","), "}");
}

std::set<std::string> ShapesOf(const Samples& samples) {
  std::set<std::string> shapes;
  for (const auto& [series, value] : samples) {
    // Its values are texts, which may contain anything.
    const bool text = absl::StartsWith(series, "gme_error_code_solution_info");
    shapes.insert(text ? "gme_error_code_solution_info" : ShapeOf(series));
  }
  return shapes;
}

std::unique_ptr<GmewatchdProcess> Start(const TempDir& dir, const std::string& settings) {
  auto daemon = GmewatchdProcess::Start(
      {"--state_dir=" + dir.File("state"), "--config=" + dir.Write("settings.yaml", settings)});
  if (!daemon.ok()) {
    ADD_FAILURE() << daemon.status();
    return nullptr;
  }
  return *std::move(daemon);
}

TEST(MetricsTest, HaveTheNamesAndLabelsThatArePromised) {
  const TempDir dir;
  const auto daemon = Start(dir, "apps: [{name: demo, regions: [eu]}]\n");
  ASSERT_NE(daemon, nullptr);
  const std::set<std::string> shapes = ShapesOf(daemon->Scrape());
  for (const char* promised :
       {"gme_error_events_total{code,category,region,app}",
        "gme_error_sessions_total{code,category,region,app}",
        "gme_error_late_events_total{code,category,region,app}",
        "gme_success_events_total{region,app}",
        "gme_sessions_total{region,app}",
        "gme_client_lost_events_total{reason,region,app}",
        "gme_error_code_info{code,name,category,subcategory,severity,action}",
        "gme_error_code_solution_info",
        "gmewatch_batches_total{result}",
        "gmewatch_rejected_events_total{reason}",
        "gmewatch_streams{}",
        "gmewatch_sessions{}",
        "gmewatch_series{}",
        "gmewatch_commit_duration_seconds_count{}",
        "gmewatch_journal_size_bytes{}",
        "gmewatch_recovery_duration_seconds{}",
        "gmewatch_build_info{version}",
        "process_cpu_seconds_total{}",
        "process_resident_memory_bytes{}",
        "process_open_fds{}",
        "process_start_time_seconds{}"}) {
    EXPECT_THAT(shapes, Contains(promised));
  }
  const Samples samples = daemon->Scrape();
  for (const char* result : {"counted", "duplicate", "rejected"}) {
    EXPECT_EQ(ValueOf(samples, absl::StrCat("gmewatch_batches_total{result=\"", result, "\"}")), 0);
  }
  const char* rejected_by_server = "refused";  // allow(words): a label's value
  for (const char* reason :
       {"unspecified", "too_many_codes", "expired", rejected_by_server, "spool_full"}) {
    EXPECT_EQ(ValueOf(samples, absl::StrCat("gme_client_lost_events_total{reason=\"", reason,
                                            "\",region=\"eu\",app=\"demo\"}")),
              0);
  }
}

TEST(MetricsTest, TheDaemonCountsItsStreamsSessionsAndSeries) {
  const TempDir dir;
  const auto daemon = Start(dir, "apps: [{name: demo, regions: [eu, us]}]\n");
  ASSERT_NE(daemon, nullptr);
  WireClient client(daemon->ingest_address());
  {
    WireStream stream(&client);
    ASSERT_TRUE(stream.Write(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})));
    ASSERT_TRUE(stream.AwaitAcknowledged(1));
    EXPECT_EQ(ValueOf(daemon->Scrape(), "gmewatch_streams"), 1);
    EXPECT_TRUE(stream.Finish().ok());
  }
  EXPECT_TRUE(AwaitTrue([&] { return ValueOf(daemon->Scrape(), "gmewatch_streams") == 0; },
                        absl::Seconds(20)));
  ASSERT_TRUE(client.Report(MakeRequest(MakeSession("demo", "us"), 1, {{1005, 1}})).ok());
  const Samples samples = daemon->Scrape();
  EXPECT_EQ(ValueOf(samples, "gmewatch_sessions"), 2);
  double series = 0;
  for (const auto& [name, value] : samples) {
    series += absl::StartsWith(name, "gme_") && absl::StrContains(name, "_total{");
  }
  EXPECT_EQ(ValueOf(samples, "gmewatch_series"), series);
  EXPECT_GT(ValueOf(samples, "gmewatch_journal_size_bytes"), 0);
}

TEST(MetricsTest, EveryCatalogueCodeOfAConfiguredPlaceIsThereFromTheFirstScrape) {
  const TempDir dir;
  const auto daemon = Start(dir, "apps: [{name: demo, regions: [eu, us]}]\n");
  ASSERT_NE(daemon, nullptr);
  const Samples first = daemon->Scrape();
  int codes = 0;
  for (const auto& [info, value] : first) {
    if (!absl::StartsWith(info, "gme_error_code_info{")) continue;
    const std::vector<std::string> parts = absl::StrSplit(info, '"');
    EXPECT_EQ(value, 1);
    for (const char* region : {"eu", "us"}) {
      EXPECT_EQ(
          ValueOf(first, CodeSeries("gme_error_events_total", parts[1], parts[5], region, "demo")),
          0)
          << info;
    }
    ++codes;
  }
  EXPECT_EQ(codes, 73);
}

TEST(MetricsTest, TheSettingsSayWhereTheRunbookIsOrHideIt) {
  const TempDir dir;
  const auto solutions = [](const GmewatchdProcess& daemon, const char* part) {
    std::vector<std::string> found;
    for (const auto& [series, value] : daemon.Scrape()) {
      if (absl::StartsWith(series, "gme_error_code_solution_info{") &&
          absl::StrContains(series, part)) {
        found.push_back(series);
      }
    }
    return found;
  };
  auto daemon = Start(dir, "expose: {public_url: 'https://watch.example'}\n");
  ASSERT_NE(daemon, nullptr);
  EXPECT_EQ(solutions(*daemon, "runbook_url=\"https://watch.example/codes/1005\"").size(), 1U);
  EXPECT_EQ(solutions(*daemon, "").size(), 73U);
  EXPECT_EQ(daemon->Terminate(), 0);
  daemon = Start(dir, "expose: {hide_solution_info: true}\n");
  ASSERT_NE(daemon, nullptr);
  EXPECT_THAT(solutions(*daemon, ""), IsEmpty());
}

}  // namespace
}  // namespace gmewatch
