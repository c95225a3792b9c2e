#include "daemon/expose/front_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gmewatch {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Page(const FrontStats& stats, const ScrapeRequest& request = {}) {
  std::string page;
  EXPECT_TRUE(RenderFront(stats, request, [&page](absl::string_view chunk) {
                page.append(chunk.data(), chunk.size());
                return true;
              }).ok());
  return page;
}

TEST(FrontMetricsTest, ShowsEachNumberUnderItsName) {
  FrontStats stats;
  stats.writes.by_bucket[0] = 2;   // up to 2 ms
  stats.writes.by_bucket[9] = 1;   // up to 30 s
  stats.writes.by_bucket[10] = 4;  // longer
  stats.writes.time_total = absl::Seconds(200);
  stats.writes.failed = 4;
  stats.lanes = 32;
  stats.lanes_stalled = 3;
  stats.batches_written = 11;
  stats.rejected[static_cast<size_t>(RejectReason::kQuota)] = {5, 50};
  stats.pending_bytes = 6;
  stats.sessions = 7;
  stats.ingest.streams = 8;
  stats.ingest.calls_without_message = 9;
  stats.ingest.connect_connections = 15;
  stats.ingest.connect_connections_limit = 16;
  stats.daemon.ready = true;
  stats.daemon.sessions_limit = 12;
  stats.daemon.reloads = 13;
  stats.daemon.failed_reloads = 14;
  const std::string page = Page(stats);
  for (const char* line : {"gmewatch_log_write_seconds_bucket{le=\"0.002\"} 2\n",
                           "gmewatch_log_write_seconds_bucket{le=\"5\"} 2\n",
                           "gmewatch_log_write_seconds_bucket{le=\"30\"} 3\n",
                           "gmewatch_log_write_seconds_bucket{le=\"+Inf\"} 7\n",
                           "gmewatch_log_write_seconds_count 7\n",
                           "gmewatch_log_write_seconds_sum 200\n",
                           "gmewatch_failed_log_writes_total 4\n",
                           "gmewatch_lanes 32\n",
                           "gmewatch_lanes_stalled 3\n",
                           "gmewatch_front_batches_total{result=\"written\"} 11\n",
                           "gmewatch_front_batches_total{result=\"rejected\"} 5\n",
                           "gmewatch_front_rejected_batches_total{reason=\"quota\"} 5\n",
                           "gmewatch_front_rejected_batches_total{reason=\"overloaded\"} 0\n",
                           "gmewatch_front_sessions 7\n",
                           "gmewatch_pending_bytes 6\n",
                           "gmewatch_streams 8\n",
                           "gmewatch_calls_without_message_total 9\n",
                           "gmewatch_connect_connections 15\n",
                           "gmewatch_connect_connections_limit 16\n",
                           "gmewatch_sessions_limit 12\n",
                           "gmewatch_config_reloads_total{result=\"success\"} 13\n",
                           "gmewatch_config_reloads_total{result=\"failure\"} 14\n",
                           "gmewatch_ready 1\n"}) {
    EXPECT_THAT(page, HasSubstr(line));
  }
  // What counters show must not come from fronts too.
  EXPECT_THAT(page, Not(HasSubstr("gme_")));
  EXPECT_THAT(page, Not(HasSubstr("gmewatch_batches_total")));
}

TEST(FrontMetricsTest, IsOpenMetricsForWhoeverAsksForIt) {
  ScrapeRequest request;
  request.accept = "application/openmetrics-text;version=1.0.0";
  EXPECT_THAT(Page({}, request), EndsWith("# EOF\n"));
  EXPECT_THAT(Page({}), Not(HasSubstr("# EOF")));
}

}  // namespace
}  // namespace gmewatch
