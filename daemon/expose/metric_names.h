// Every metric of the daemon, once: name, kind, labels, meaning. Names are promises to dashboards,
// rules and people.
//
// Plain data.
#ifndef GMEWATCH_DAEMON_EXPOSE_METRIC_NAMES_H_
#define GMEWATCH_DAEMON_EXPOSE_METRIC_NAMES_H_

#include <array>

#include "absl/strings/string_view.h"

namespace gmewatch {

inline constexpr absl::string_view kLabelAction = "action";
inline constexpr absl::string_view kLabelApp = "app";
inline constexpr absl::string_view kLabelCategory = "category";
inline constexpr absl::string_view kLabelCode = "code";
inline constexpr absl::string_view kLabelName = "name";
inline constexpr absl::string_view kLabelReason = "reason";
inline constexpr absl::string_view kLabelRegion = "region";
inline constexpr absl::string_view kLabelResult = "result";
inline constexpr absl::string_view kLabelRunbookUrl = "runbook_url";
inline constexpr absl::string_view kLabelSeverity = "severity";
inline constexpr absl::string_view kLabelSolution = "solution";
inline constexpr absl::string_view kLabelSubcategory = "subcategory";
inline constexpr absl::string_view kLabelVersion = "version";

enum class MetricKind { kCounter, kGauge, kHistogram };

struct MetricInfo {
  MetricKind kind;
  absl::string_view name;
  std::array<absl::string_view, 6> labels;  // the unused ones are empty
  absl::string_view help;                   // one line, no backslash
};

// X(constant, kind, name, (labels), meaning)
// clang-format off
#define GMEWATCH_METRICS(X) \
  X(kErrorEvents, kCounter, "gme_error_events_total", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), "Error events counted.") \
  X(kErrorSessions, kCounter, "gme_error_sessions_total", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), "Sessions that reported the code at least once.") \
  X(kErrorLateEvents, kCounter, "gme_error_late_events_total", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "Those of gme_error_events_total that were older than 10 minutes on arrival.") \
  X(kSuccessEvents, kCounter, "gme_success_events_total", (kLabelRegion, kLabelApp), \
    "Operations that succeeded (code 0).") \
  X(kSessions, kCounter, "gme_sessions_total", (kLabelRegion, kLabelApp), "Client sessions seen.") \
  X(kClientLostEvents, kCounter, "gme_client_lost_events_total", (kLabelReason, kLabelRegion, kLabelApp), \
    "Events that clients say they lost.") \
  X(kErrorCodeInfo, kGauge, "gme_error_code_info", \
    (kLabelCode, kLabelName, kLabelCategory, kLabelSubcategory, kLabelSeverity, kLabelAction), \
    "1 for every documented code.") \
  X(kErrorCodeSolutionInfo, kGauge, "gme_error_code_solution_info", \
    (kLabelCode, kLabelName, kLabelCategory, kLabelSolution, kLabelRunbookUrl), \
    "1 for every documented code; the documented fix, cut at 512 bytes, and where to read all of it.") \
  X(kSpikeActive, kGauge, "gme_spike_active", (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "1 while a code's rate is above what its past explains, 0 for an hour after; region or app all: of the whole.") \
  X(kSpikeStart, kGauge, "gme_spike_start_timestamp_seconds", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), "When an active spike began.") \
  X(kSpikeExpectedRate, kGauge, "gme_spike_expected_rate", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), "Events a second that the past explains.") \
  X(kSpikeObservedRate, kGauge, "gme_spike_observed_rate", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), "Events a second in the last minutes of an active spike.") \
  X(kSpikeScore, kGauge, "gme_spike_score", (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "Evidence for an active spike; 1 was enough for it.") \
  X(kSpikeIncident, kGauge, "gme_spike_incident", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "The number of the incident, while it lasts, that a spike belongs to.") \
  X(kRetryLoopActive, kGauge, "gme_retry_loop_active", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "1 while very few sessions report a code far more often than is usual, 0 for an hour after.") \
  X(kBatches, kCounter, "gmewatch_batches_total", (kLabelResult), \
    "Batches by what became of them: counted, duplicate or rejected.") \
  X(kRejectedBatches, kCounter, "gmewatch_rejected_batches_total", (kLabelReason), \
    "Batches turned away, by reason.") \
  X(kRejectedEvents, kCounter, "gmewatch_rejected_events_total", (kLabelReason), \
    "Events of batches turned away, by reason.") \
  X(kStreams, kGauge, "gmewatch_streams", (), "Report streams that are open.") \
  X(kKnownSessions, kGauge, "gmewatch_sessions", (), "Sessions whose duplicates are recognised.") \
  X(kSessionsLimit, kGauge, "gmewatch_sessions_limit", (), "At most so many sessions are known at a time.") \
  X(kAppRegions, kGauge, "gmewatch_app_regions", (), "Pairs of app and region that have counters.") \
  X(kAppRegionsLimit, kGauge, "gmewatch_app_regions_limit", (), \
    "Beyond so many pairs of app and region events are counted as region other, then app other.") \
  X(kSeries, kGauge, "gmewatch_series", (), "Time series of counters in a scrape.") \
  X(kCommits, kCounter, "gmewatch_commits_total", (), "Commits that made batches durable.") \
  X(kFailedCommits, kCounter, "gmewatch_failed_commits_total", (), "Commits that the log could not write.") \
  X(kCommitDuration, kHistogram, "gmewatch_commit_duration_seconds", (), "How long the log took for a commit.") \
  X(kPendingBytes, kGauge, "gmewatch_pending_bytes", (), "Bytes of batches that wait for a commit.") \
  X(kJournalSizeBytes, kGauge, "gmewatch_journal_size_bytes", (), "Bytes of the log on disk.") \
  X(kRecoveryDuration, kGauge, "gmewatch_recovery_duration_seconds", (), \
    "How long the start took to load the checkpoint and replay what followed it.") \
  X(kCheckpoints, kCounter, "gmewatch_checkpoints_total", (kLabelResult), \
    "Checkpoints by result: success or failure.") \
  X(kCheckpointLastSuccess, kGauge, "gmewatch_checkpoint_last_success_timestamp_seconds", (), \
    "When the last checkpoint was saved; 0 before the first.") \
  X(kCheckpointDuration, kGauge, "gmewatch_checkpoint_duration_seconds", (), "How long the last checkpoint took.") \
  X(kIncidents, kGauge, "gmewatch_incidents", (), "Incidents, spikes that belong together, that last.") \
  X(kWatchedSeries, kGauge, "gmewatch_watched_series", (), "Series and roll-ups that are watched for spikes.") \
  X(kDetectorTickDuration, kGauge, "gmewatch_detector_tick_duration_seconds", (), \
    "How long the last look for spikes took.") \
  X(kAnnotationsPushed, kCounter, "gmewatch_annotations_pushed_total", (kLabelResult), \
    "Annotations of spikes that Grafana took: created, or updated while a spike lasts and at its end.") \
  X(kAnnotationFailures, kCounter, "gmewatch_annotation_failures_total", (kLabelReason), \
    "Requests to Grafana's annotations API that failed, and spikes that were given up, by reason.") \
  X(kAnnotationQueue, kGauge, "gmewatch_annotation_queue", (), \
    "Spikes whose annotation in Grafana is not yet as it should be.") \
  X(kConfigReloads, kCounter, "gmewatch_config_reloads_total", (kLabelResult), \
    "Reloads of settings and catalogue by result: success or failure.") \
  X(kConfigLastReloadSuccessful, kGauge, "gmewatch_config_last_reload_successful", (), \
    "1 unless the last reload was refused.") \
  X(kReady, kGauge, "gmewatch_ready", (), "1 while batches are taken.") \
  X(kBuildInfo, kGauge, "gmewatch_build_info", (kLabelVersion), "1; the version of the daemon.") \
  X(kScrapes, kCounter, "gmewatch_scrapes_total", (kLabelResult), \
    "Earlier scrapes by result: completed, broken_off or refused (too many at once).") \
  X(kScrapeDuration, kHistogram, "gmewatch_scrape_duration_seconds", (), \
    "How long completed scrapes took, with the sending.") \
  X(kProcessCpuSeconds, kCounter, "process_cpu_seconds_total", (), "User and system CPU time spent.") \
  X(kProcessResidentBytes, kGauge, "process_resident_memory_bytes", (), "Resident memory.") \
  X(kProcessVirtualBytes, kGauge, "process_virtual_memory_bytes", (), "Virtual memory.") \
  X(kProcessOpenFds, kGauge, "process_open_fds", (), "Open file descriptors.") \
  X(kProcessMaxFds, kGauge, "process_max_fds", (), "Open file descriptors allowed.") \
  X(kProcessStartTime, kGauge, "process_start_time_seconds", (), "When the process started, in Unix time.") \
  X(kProcessThreads, kGauge, "process_threads", (), "Threads.")
// clang-format on

#define GMEWATCH_LABELS(...) __VA_ARGS__
#define GMEWATCH_X(constant, kind, name, labels, help) \
  inline constexpr MetricInfo constant{MetricKind::kind, name, {GMEWATCH_LABELS labels}, help};
GMEWATCH_METRICS(GMEWATCH_X)
#undef GMEWATCH_X
#undef GMEWATCH_LABELS

#define GMEWATCH_X(constant, kind, name, labels, help) constant,
inline constexpr std::array kMetrics = {GMEWATCH_METRICS(GMEWATCH_X)};
#undef GMEWATCH_X

// As on a TYPE line.
constexpr absl::string_view MetricKindText(MetricKind kind) {
  switch (kind) {
    case MetricKind::kCounter:
      return "counter";
    case MetricKind::kGauge:
      return "gauge";
    case MetricKind::kHistogram:
      return "histogram";
  }
  return "";
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_METRIC_NAMES_H_
