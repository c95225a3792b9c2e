#include "daemon/expose/self_metrics.h"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/version.h"
#include "tests/daemon/expose/exposition.h"

namespace gmewatch {
namespace {

std::vector<ExposedFamily> Collect(const SelfStats& stats) {
  ProcessStats process;
  process.cpu = absl::Milliseconds(4500);
  process.resident_bytes = 122;
  process.virtual_bytes = 123;
  process.open_fds = 124;
  process.max_fds = 125;
  process.threads = 126;
  process.start = absl::FromUnixMillis(1700000001250);
  absl::StatusOr<std::vector<ExposedFamily>> parsed =
      ParseExposition(prometheus::TextSerializer().Serialize(SelfFamilies(stats, process)));
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? *std::move(parsed) : std::vector<ExposedFamily>();
}

// Every field has its own value, so that a metric with the wrong field is noticed.
SelfStats DistinctStats() {
  SelfStats stats;
  stats.aggregate.batches_counted = 101;
  stats.aggregate.batches_duplicate = 102;
  for (size_t i = 0; i < kRejectReasons; ++i) {
    stats.aggregate.rejected[i] = {200 + i, 300 + i};
  }
  stats.ingest.streams = 103;
  stats.ingest.calls_without_message = 10490;
  stats.ingest.connect_connections = 10491;
  stats.ingest.connect_connections_limit = 10492;
  stats.aggregate.sessions = 104;
  stats.daemon.sessions_limit = 105;
  stats.daemon.shared_sessions = 127;
  stats.aggregate.app_regions = 106;
  stats.daemon.app_regions_limit = 107;
  stats.committer.epochs = 108;
  stats.committer.failed_epochs = 109;
  stats.committer.pending_bytes = 110;
  stats.committer.commit_time_total = absl::Milliseconds(1500);
  stats.committer.commits_by_bucket = {1, 2, 4, 8, 16, 32, 64, 90, 108};
  stats.journal_size_bytes = 111;
  stats.daemon.recovery_duration = absl::Milliseconds(2500);
  stats.checkpoints.saved = 112;
  stats.checkpoints.failed = 113;
  stats.checkpoints.last_success = absl::FromUnixMillis(1700000000250);
  stats.checkpoints.last_duration = absl::Milliseconds(3500);
  stats.detector.series = 119;
  stats.detector.incidents = 120;
  stats.detector.tick_duration = absl::Milliseconds(500);
  stats.annotate.created = 116;
  stats.annotate.updated = 117;
  stats.annotate.queue = 118;
  for (size_t i = 0; i < kAnnotateFailures; ++i) stats.annotate.failures[i] = 400 + i;
  stats.daemon.reloads = 114;
  stats.daemon.failed_reloads = 115;
  stats.daemon.last_reload_ok = false;
  stats.daemon.ready = true;
  stats.daemon.dangers[static_cast<size_t>(Danger::kOpen)] = true;
  stats.daemon.starts = 127;
  stats.daemon.uptime = absl::Milliseconds(5500);
  return stats;
}

TEST(SelfMetricsTest, ShowsEachNumberUnderItsName) {
  const std::vector<ExposedFamily> families = Collect(DistinctStats());
  const auto check = [&families](absl::string_view name, double expected,
                                 const std::map<std::string, std::string>& labels = {}) {
    EXPECT_EQ(SumOf(families, name, labels), expected) << name;
  };
  check("gmewatch_batches_total", 101, {{"result", "counted"}});
  check("gmewatch_batches_total", 102, {{"result", "duplicate"}});
  check("gmewatch_streams", 103);
  check("gmewatch_calls_without_message_total", 10490);
  check("gmewatch_connect_connections", 10491);
  check("gmewatch_connect_connections_limit", 10492);
  check("gmewatch_sessions", 104);
  check("gmewatch_sessions_limit", 105);
  check("gmewatch_shared_sessions_total", 127);
  check("gmewatch_app_regions", 106);
  check("gmewatch_app_regions_limit", 107);
  check("gmewatch_commits_total", 108);
  check("gmewatch_failed_commits_total", 109);
  check("gmewatch_pending_bytes", 110);
  check("gmewatch_journal_size_bytes", 111);
  check("gmewatch_recovery_duration_seconds", 2.5);
  check("gmewatch_checkpoints_total", 112, {{"result", "success"}});
  check("gmewatch_checkpoints_total", 113, {{"result", "failure"}});
  check("gmewatch_checkpoint_last_success_timestamp_seconds", 1700000000.25);
  check("gmewatch_checkpoint_duration_seconds", 3.5);
  check("gmewatch_watched_series", 119);
  check("gmewatch_incidents", 120);
  check("gmewatch_detector_tick_duration_seconds", 0.5);
  check("gmewatch_annotations_pushed_total", 116, {{"result", "created"}});
  check("gmewatch_annotations_pushed_total", 117, {{"result", "updated"}});
  check("gmewatch_annotation_failures_total", 400, {{"reason", "no_token"}});
  check("gmewatch_annotation_failures_total", 409, {{"reason", "expired"}});
  check("gmewatch_annotation_queue", 118);
  check("gmewatch_config_reloads_total", 114, {{"result", "success"}});
  check("gmewatch_config_reloads_total", 115, {{"result", "failure"}});
  check("gmewatch_config_last_reload_successful", 0);
  check("gmewatch_ready", 1);
  check("gmewatch_open_mode", 1);
  check("gmewatch_starts_total", 127);
  check("gmewatch_uptime_seconds", 5.5);
  check("gmewatch_build_info", 1, {{"version", std::string(Version())}});
  check("process_cpu_seconds_total", 4.5);
  check("process_resident_memory_bytes", 122);
  check("process_virtual_memory_bytes", 123);
  check("process_open_fds", 124);
  check("process_max_fds", 125);
  check("process_threads", 126);
  check("process_start_time_seconds", 1700000001.25);
}

TEST(SelfMetricsTest, AddsUpWhatWasRejected) {
  const std::vector<ExposedFamily> families = Collect(DistinctStats());
  for (size_t i = 0; i < kRejectReasons; ++i) {
    const std::string reason(RejectReasonLabel(static_cast<RejectReason>(i)));
    EXPECT_EQ(SumOf(families, "gmewatch_rejected_batches_total", {{"reason", reason}}),
              200 + static_cast<double>(i));
    EXPECT_EQ(SumOf(families, "gmewatch_rejected_events_total", {{"reason", reason}}),
              300 + static_cast<double>(i));
  }
  EXPECT_EQ(SumOf(families, "gmewatch_batches_total", {{"result", "rejected"}}),
            SumOf(families, "gmewatch_rejected_batches_total"));
}

TEST(SelfMetricsTest, ShowsCommitsAsAHistogram) {
  const std::vector<ExposedFamily> families = Collect(DistinctStats());
  const std::string name = "gmewatch_commit_duration_seconds";
  EXPECT_EQ(SumOf(families, name + "_bucket", {{"le", "0.0005"}}), 1);
  EXPECT_EQ(SumOf(families, name + "_bucket", {{"le", "1"}}), 90);
  EXPECT_EQ(SumOf(families, name + "_bucket", {{"le", "+Inf"}}), 108);
  EXPECT_EQ(SumOf(families, name + "_count"), 108);
  EXPECT_EQ(SumOf(families, name + "_sum"), 1.5);
}

TEST(SelfMetricsTest, ACounterShowsItsLogAndNoPorts) {
  SelfStats stats = DistinctStats();
  SharedLogStats& log = stats.shared_log.emplace();
  log.next_offsets = {401, 402};
  log.behind = absl::Milliseconds(250);
  log.waits.by_bucket[1] = 3;  // up to 25 ms
  log.waits.by_bucket[9] = 2;  // longer than 5 s
  log.waits.time_total = absl::Seconds(12);
  log.waits.failed = 403;
  log.replica_mismatches = 404;
  ProcessStats process;
  const auto text = [&] {
    return prometheus::TextSerializer().Serialize(SelfFamilies(stats, process));
  };
  for (const char* line :
       {"\ngmewatch_log_position{partition=\"0\"} 401\n",
        "\ngmewatch_log_position{partition=\"1\"} 402\n", "\ngmewatch_log_behind_seconds 0.25\n",
        "\ngmewatch_read_wait_seconds_count 5\n", "\ngmewatch_read_wait_seconds_sum 12\n",
        "\ngmewatch_read_wait_seconds_bucket{le=\"0.01\"} 0\n",
        "\ngmewatch_read_wait_seconds_bucket{le=\"5\"} 3\n",
        "\ngmewatch_read_wait_seconds_bucket{le=\"+Inf\"} 5\n",
        "\ngmewatch_failed_reads_total 403\n", "\ngmewatch_replica_mismatch_total 404\n",
        "\ngmewatch_batches_total{result=\"counted\"} 101\n"}) {
    EXPECT_NE(text().find(line), std::string::npos) << line;
  }
  // The page of a process alone.
  const AdminResponse own = OwnMetrics(stats, IncomingRequest{.path = "/metrics/self"});
  EXPECT_TRUE(absl::StartsWith(own.content_type, "text/plain; version=0.0.4")) << own.content_type;
  for (const char* line :
       {"\ngmewatch_log_behind_seconds 0.25\n", "\ngmewatch_ready ", "\ngmewatch_starts_total ",
        "\ngmewatch_checkpoints_total{result=\"success\"} ", "\nprocess_threads "}) {
    EXPECT_NE(own.body.find(line), std::string::npos) << line;
  }
  for (const char* count : {"gmewatch_batches_total", "gmewatch_sessions ", "gme_"}) {
    EXPECT_EQ(own.body.find(absl::StrCat("\n", count)), std::string::npos) << count;
  }
  for (const char* absent :
       {"\ngmewatch_streams", "\ngmewatch_commits_total", "\ngmewatch_journal_size_bytes",
        "\ngmewatch_log_retention_left_seconds "}) {
    EXPECT_EQ(text().find(absent), std::string::npos) << absent;
  }
  log.retention_left = absl::Hours(1);
  EXPECT_NE(text().find("\ngmewatch_log_retention_left_seconds 3600\n"), std::string::npos);
}

}  // namespace
}  // namespace gmewatch
