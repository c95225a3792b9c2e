// Declares every metric of the daemon once: kind, name, labels, help. Names and labels are promises
// to dashboards, alert rules and people.
//
// Plain data.
#ifndef GMEWATCH_DAEMON_EXPOSE_METRIC_NAMES_H_
#define GMEWATCH_DAEMON_EXPOSE_METRIC_NAMES_H_

#include <array>

#include "absl/strings/string_view.h"

namespace gmewatch {

inline constexpr absl::string_view kLabelAction = "action";
inline constexpr absl::string_view kLabelApp = "app";
inline constexpr absl::string_view kLabelAppVersion = "app_version";
inline constexpr absl::string_view kLabelCategory = "category";
inline constexpr absl::string_view kLabelCode = "code";
inline constexpr absl::string_view kLabelName = "name";
inline constexpr absl::string_view kLabelPartition = "partition";
inline constexpr absl::string_view kLabelPlatform = "platform";
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

// The metrics that GmeFamilies, SpikeFamilies, SilenceFamilies and MetricsPage render.
// X(constant, kind, name, (labels), help)
// clang-format off
#define GMEWATCH_RENDERED_METRICS(X) \
  X(kErrorEvents, kCounter, "gme_error_events_total", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), "Error events counted.") \
  X(kErrorSessions, kCounter, "gme_error_sessions_total", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), "Sessions that reported the code at least once.") \
  X(kErrorLateEvents, kCounter, "gme_error_late_events_total", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "Events in gme_error_events_total that were older than 10 minutes on arrival.") \
  X(kSuccessEvents, kCounter, "gme_success_events_total", (kLabelRegion, kLabelApp), \
    "Operations that succeeded (code 0).") \
  X(kSessions, kCounter, "gme_sessions_total", (kLabelRegion, kLabelApp), "Client sessions seen.") \
  X(kClientLostEvents, kCounter, "gme_client_lost_events_total", (kLabelReason, kLabelRegion, kLabelApp), \
    "Events that clients report as lost, by reason.") \
  X(kErrorCodeInfo, kGauge, "gme_error_code_info", \
    (kLabelCode, kLabelName, kLabelCategory, kLabelSubcategory, kLabelSeverity, kLabelAction), \
    "1 for every documented code.") \
  X(kErrorCodeSolutionInfo, kGauge, "gme_error_code_solution_info", \
    (kLabelCode, kLabelName, kLabelCategory, kLabelSolution, kLabelRunbookUrl), \
    "1 for every documented code; the documented solution, cut at 512 bytes, and the URL of its full text.") \
  X(kSpikeActive, kGauge, "gme_spike_active", (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "1 while a code's rate is above its baseline, 0 for an hour after; region or app is all for a roll-up.") \
  X(kSpikeStart, kGauge, "gme_spike_start_timestamp_seconds", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), "When an active spike began, in Unix time.") \
  X(kSpikeExpectedRate, kGauge, "gme_spike_expected_rate", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "Events per second that the baseline of an active spike predicts.") \
  X(kSpikeObservedRate, kGauge, "gme_spike_observed_rate", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "Events per second in the last minutes of an active spike.") \
  X(kSpikeScore, kGauge, "gme_spike_score", (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "The highest score of an active spike so far; an alarm needs 1.") \
  X(kIncidentActive, kGauge, "gme_incident_active", (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "1 while an incident is active; its likely cause, and the smallest place that contains it.") \
  X(kSpikeLikelyCause, kGauge, "gme_spike_likely_cause", (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "1 if the code is the likely cause of its active incident, whose fix comes first, 0 for its other spikes.") \
  X(kSpikeIncident, kGauge, "gme_spike_incident", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "The number of the active incident that a spike belongs to.") \
  X(kSpikeOperationsShare, kGauge, "gme_spike_operations_share", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "Share of the operations of its place that end with the code of an active spike, 0 to 1; absent if successes are not reported.") \
  X(kSpikeTrafficRatio, kGauge, "gme_spike_traffic_ratio", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "Operations of the place of an active spike, over those that are usual at this hour; absent if these are not known.") \
  X(kSpikeSessions, kGauge, "gme_spike_sessions", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "Roughly how many sessions have reported an active spike; 266 stands for as many or more.") \
  X(kSpikeNewSessions, kGauge, "gme_spike_new_sessions", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "Roughly how many of gme_spike_sessions had it in their first batch.") \
  X(kSpikeAddresses, kGauge, "gme_spike_addresses", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "Roughly from how many addresses, or players with a token, an active spike comes; absent if neither is known.") \
  X(kTrafficRatio, kGauge, "gme_traffic_ratio", (kLabelRegion, kLabelApp), \
    "Operations of a place that has far more than usual, over those that are usual at this hour.") \
  X(kLaunchStart, kGauge, "gme_launch_timestamp_seconds", (kLabelRegion, kLabelApp), \
    "When a new place reported for the first time, in Unix time; for a day.") \
  X(kRetryLoopActive, kGauge, "gme_retry_loop_active", \
    (kLabelCode, kLabelCategory, kLabelRegion, kLabelApp), \
    "1 while very few sessions report a code far more often than the baseline, 0 for an hour after.") \
  X(kReportsStopped, kGauge, "gme_reports_stopped", \
    (kLabelRegion, kLabelApp, kLabelPlatform, kLabelAppVersion), \
    "1 while reports of a place or version that usually has many have stopped, 0 for an hour after; all stands for a roll-up.") \
  X(kReportsUsualRate, kGauge, "gme_reports_usual_rate", \
    (kLabelRegion, kLabelApp, kLabelPlatform, kLabelAppVersion), \
    "Reports per second before those of a place or version stopped, while they are stopped.") \
  X(kSeries, kGauge, "gmewatch_series", (), "Time series of counters in a scrape.") \
  X(kScrapes, kCounter, "gmewatch_scrapes_total", (kLabelResult), \
    "Earlier scrapes by result: completed, broken_off or refused (too many at once).") /* allow(words): a label's value */ \
  X(kScrapeDuration, kHistogram, "gmewatch_scrape_duration_seconds", (), \
    "How long completed scrapes took, including the transfer.")

// The metrics of the daemon about itself and its process. A row is all that expose needs of such a
// metric: `value` is its value, written with `stats` (SelfStats), `process` (ProcessStats) and the
// functions of self_metrics.cc.
// X(constant, kind, name, (labels), help, value)
// The roles that count, with `stats` (SelfStats).
#define GMEWATCH_COUNT_METRICS(X) \
  X(kBatches, kCounter, "gmewatch_batches_total", (kLabelResult), \
    "Batches by result: counted, duplicate or rejected.", BatchesByResult(stats.aggregate)) \
  X(kRejectedBatches, kCounter, "gmewatch_rejected_batches_total", (kLabelReason), \
    "Batches rejected, by reason.", ByReason(stats.aggregate.rejected, &Rejected::batches)) \
  X(kRejectedEvents, kCounter, "gmewatch_rejected_events_total", (kLabelReason), \
    "Events in rejected batches, by reason.", ByReason(stats.aggregate.rejected, &Rejected::events)) \
  X(kKnownSessions, kGauge, "gmewatch_sessions", (), \
    "Sessions that are remembered, so that their duplicates are recognised.", stats.aggregate.sessions) \
  X(kSharedSessions, kCounter, "gmewatch_shared_sessions_total", (), \
    "Sessions whose batches were duplicates one after the other: two senders have one id, or their answers get lost.", \
    stats.daemon.shared_sessions) \
  X(kAppRegions, kGauge, "gmewatch_app_regions", (), \
    "Pairs of app and region that have counters.", stats.aggregate.app_regions) \
  X(kAppRegionsLimit, kGauge, "gmewatch_app_regions_limit", (), \
    "The most pairs of app and region; beyond it events are counted as region other, then as app other.", \
    stats.daemon.app_regions_limit) \
  X(kIncidents, kGauge, "gmewatch_incidents", (), \
    "Active incidents: groups of spikes that belong together.", stats.detector.incidents) \
  X(kWatchedSeries, kGauge, "gmewatch_watched_series", (), \
    "Series and roll-ups that are watched for spikes.", stats.detector.series) \
  X(kDetectorTickDuration, kGauge, "gmewatch_detector_tick_duration_seconds", (), \
    "How long the last tick of the spike detector took.", stats.detector.tick_duration) \
  X(kAnnotationsPushed, kCounter, "gmewatch_annotations_pushed_total", (kLabelResult), \
    "Annotations of spikes that Grafana accepted: created, or updated during a spike and at its end.", \
    AnnotationsByResult(stats.annotate)) \
  X(kAnnotationFailures, kCounter, "gmewatch_annotation_failures_total", (kLabelReason), \
    "Failed requests to Grafana's annotations API and spikes that were given up, by reason.", \
    AnnotationFailures(stats.annotate)) \
  X(kAnnotationQueue, kGauge, "gmewatch_annotation_queue", (), \
    "Spikes whose annotation in Grafana is missing or out of date.", stats.annotate.queue) \
  X(kOpenMode, kGauge, "gmewatch_open_mode", (), \
    "1 while anybody may report for any app, because the settings list none.", stats.daemon.dangers[static_cast<size_t>(Danger::kOpen)]) \
  X(kLargestSeriesEvents, kGauge, "gmewatch_largest_series_events", (), \
    "Events of the series that has most; at 2^52 its batches are rejected.", \
    stats.daemon.largest_series_events)

// The same roles: what they keep, and how their start went.
#define GMEWATCH_STATE_METRICS(X) \
  X(kRecoveryDuration, kGauge, "gmewatch_recovery_duration_seconds", (), \
    "How long the start took to load the checkpoint and replay the epochs after it.", \
    stats.daemon.recovery_duration) \
  X(kCheckpoints, kCounter, "gmewatch_checkpoints_total", (kLabelResult), \
    "Checkpoints by result: success or failure.", ByResult(stats.checkpoints.saved, stats.checkpoints.failed)) \
  X(kCheckpointLastSuccess, kGauge, "gmewatch_checkpoint_last_success_timestamp_seconds", (), \
    "When the last checkpoint was saved, in Unix time; 0 before the first.", stats.checkpoints.last_success) \
  X(kCheckpointDuration, kGauge, "gmewatch_checkpoint_duration_seconds", (), \
    "How long the last checkpoint took.", stats.checkpoints.last_duration) \
  X(kStarts, kCounter, "gmewatch_starts_total", (), \
    "Starts of gmewatchd with this state directory; 1 without one.", stats.daemon.starts)

// The roles that take batches, with `stats` (SelfStats or FrontStats) and `pending_bytes`.
#define GMEWATCH_INGEST_METRICS(X) \
  X(kStreams, kGauge, "gmewatch_streams", (), "Open report streams.", stats.ingest.streams) \
  X(kCallsWithoutMessage, kCounter, "gmewatch_calls_without_message_total", (), \
    "Calls that were ended because their first message did not come as a whole.", stats.ingest.calls_without_message) \
  X(kConnectConnections, kGauge, "gmewatch_connect_connections", (), \
    "Open connections to the Connect port.", stats.ingest.connect_connections) \
  X(kConnectConnectionsLimit, kGauge, "gmewatch_connect_connections_limit", (), \
    "The most connections to the Connect port; beyond it the one that has waited longest ends. 0 without the port.", \
    stats.ingest.connect_connections_limit) \
  X(kPendingBytes, kGauge, "gmewatch_pending_bytes", (), \
    "Bytes of batches that wait for a commit.", pending_bytes)

// A daemon with a log of its own, with `stats` (SelfStats).
#define GMEWATCH_COMMIT_METRICS(X) \
  X(kCommits, kCounter, "gmewatch_commits_total", (), "Commits that made batches durable.", stats.committer.epochs) \
  X(kFailedCommits, kCounter, "gmewatch_failed_commits_total", (), \
    "Commits that the event log could not write.", stats.committer.failed_epochs) \
  X(kCommitDuration, kHistogram, "gmewatch_commit_duration_seconds", (), \
    "How long the event log took for a commit.", CommitDurations(stats.committer)) \
  X(kJournalSizeBytes, kGauge, "gmewatch_journal_size_bytes", (), \
    "Bytes of the event log on disk.", stats.journal_size_bytes)

// All roles, with `daemon` (DaemonStats) and `process` (ProcessStats).
#define GMEWATCH_PROCESS_METRICS(X) \
  X(kSessionsLimit, kGauge, "gmewatch_sessions_limit", (), \
    "The most sessions that are remembered at a time.", daemon.sessions_limit) \
  X(kConfigReloads, kCounter, "gmewatch_config_reloads_total", (kLabelResult), \
    "Reloads of settings and catalogue by result: success or failure.", \
    ByResult(daemon.reloads, daemon.failed_reloads)) \
  X(kConfigLastReloadSuccessful, kGauge, "gmewatch_config_last_reload_successful", (), \
    "0 if the last reload failed, else 1.", daemon.last_reload_ok) \
  X(kDroppedLogLines, kCounter, "gmewatch_dropped_log_lines_total", (), \
    "Log lines that were dropped because nobody read standard error.", daemon.dropped_log_lines) \
  X(kDanger, kGauge, "gmewatch_danger", (kLabelReason), \
    "1 for what makes this installation easy to attack: open_mode, plain_text, admin_reachable, root or shared_address.", \
    DangersOf(daemon)) \
  X(kUptime, kGauge, "gmewatch_uptime_seconds", (), \
    "Time since the start of the process, by a clock that nobody sets.", daemon.uptime) \
  X(kReady, kGauge, "gmewatch_ready", (), "1 while /readyz succeeds: batches are accepted or, by a counter, counted up to now.", daemon.ready) \
  X(kBuildInfo, kGauge, "gmewatch_build_info", (kLabelVersion), \
    "1; the version of the daemon.", LabelledValues({{std::string(Version()), 1}})) \
  X(kProcessCpuSeconds, kCounter, "process_cpu_seconds_total", (), "User and system CPU time spent.", process.cpu) \
  X(kProcessResidentBytes, kGauge, "process_resident_memory_bytes", (), "Resident memory.", process.resident_bytes) \
  X(kProcessVirtualBytes, kGauge, "process_virtual_memory_bytes", (), "Virtual memory.", process.virtual_bytes) \
  X(kProcessOpenFds, kGauge, "process_open_fds", (), "Open file descriptors.", process.open_fds) \
  X(kProcessMaxFds, kGauge, "process_max_fds", (), "The most file descriptors that may be open.", process.max_fds) \
  X(kProcessStartTime, kGauge, "process_start_time_seconds", (), \
    "When the process started, in Unix time; left out if it is not known.", process.start) \
  X(kProcessThreads, kGauge, "process_threads", (), "Threads.", process.threads)

// The metrics that only a counter has, with `log` (SharedLogStats).
#define GMEWATCH_COUNTER_METRICS(X) \
  X(kLogPosition, kGauge, "gmewatch_log_position", (kLabelPartition), \
    "Records of each partition of the shared log that are counted: the offset of the next one.", PositionsOf(log)) \
  X(kLogBehind, kGauge, "gmewatch_log_behind_seconds", (), \
    "What was acknowledged longer ago is counted.", log.behind) \
  X(kReadWait, kHistogram, "gmewatch_read_wait_seconds", (), \
    "How long scrapes and ticks waited for what was acknowledged before them.", ReadWaits(log.waits)) \
  X(kFailedReads, kCounter, "gmewatch_failed_reads_total", (), \
    "Scrapes and ticks for which the log did not answer in time.", log.waits.failed) \
  X(kReplicaMismatch, kCounter, "gmewatch_replica_mismatch_total", (), \
    "Markers of other counters that had counted something else of the same records; must be 0.", log.replica_mismatches) \
  X(kLogRetentionLeft, kGauge, "gmewatch_log_retention_left_seconds", (), \
    "How long this counter could be away before the log deletes records that it needs; absent if that is not known.", \
    log.retention_left)

// The metrics that only a front has, in the same form, with `stats` (FrontStats) and the functions
// of front_metrics.cc. Names of their own, where a counter shows the sum over all fronts.
#define GMEWATCH_FRONT_METRICS(X) \
  X(kLogWriteSeconds, kHistogram, "gmewatch_log_write_seconds", (), \
    "How long writes to the shared log took until they were confirmed or given up.", WriteDurations(stats.writes)) \
  X(kFailedLogWrites, kCounter, "gmewatch_failed_log_writes_total", (), \
    "Writes to the shared log that were not confirmed in log.kafka.write_timeout.", stats.writes.failed) \
  X(kLanes, kGauge, "gmewatch_lanes", (), "Partitions of the shared log, each with a lane of its own.", stats.lanes) \
  X(kLanesStalled, kGauge, "gmewatch_lanes_stalled", (), \
    "Lanes that could not write for ten seconds.", stats.lanes_stalled) \
  X(kFrontBatches, kCounter, "gmewatch_front_batches_total", (kLabelResult), \
    "Batches of this front by result: written or rejected.", BatchesByResult(stats)) \
  X(kFrontRejectedBatches, kCounter, "gmewatch_front_rejected_batches_total", (kLabelReason), \
    "Batches that this front rejected, by reason.", ByReason(stats.rejected, &Rejected::batches)) \
  X(kFrontSessions, kGauge, "gmewatch_front_sessions", (), \
    "Sessions that this front has written batches of, and remembers.", stats.sessions)

// clang-format on

#define GMEWATCH_LABELS(...) __VA_ARGS__
#define GMEWATCH_RENDERED(constant, kind, name, labels, help) \
  inline constexpr MetricInfo constant{MetricKind::kind, name, {GMEWATCH_LABELS labels}, help};
#define GMEWATCH_SELF(constant, kind, name, labels, help, value) \
  GMEWATCH_RENDERED(constant, kind, name, labels, help)
GMEWATCH_RENDERED_METRICS(GMEWATCH_RENDERED)
GMEWATCH_COUNT_METRICS(GMEWATCH_SELF)
GMEWATCH_STATE_METRICS(GMEWATCH_SELF)
GMEWATCH_INGEST_METRICS(GMEWATCH_SELF)
GMEWATCH_COMMIT_METRICS(GMEWATCH_SELF)
GMEWATCH_PROCESS_METRICS(GMEWATCH_SELF)
GMEWATCH_FRONT_METRICS(GMEWATCH_SELF)
GMEWATCH_COUNTER_METRICS(GMEWATCH_SELF)
#undef GMEWATCH_SELF
#undef GMEWATCH_RENDERED
#undef GMEWATCH_LABELS

#define GMEWATCH_RENDERED(constant, kind, name, labels, help) constant,
#define GMEWATCH_SELF(constant, kind, name, labels, help, value) constant,
// What a scrape of a daemon with role all has, in the order of the page.
inline constexpr std::array kMetrics = {
    GMEWATCH_RENDERED_METRICS(GMEWATCH_RENDERED) GMEWATCH_COUNT_METRICS(GMEWATCH_SELF)
        GMEWATCH_STATE_METRICS(GMEWATCH_SELF) GMEWATCH_INGEST_METRICS(GMEWATCH_SELF)
            GMEWATCH_COMMIT_METRICS(GMEWATCH_SELF) GMEWATCH_PROCESS_METRICS(GMEWATCH_SELF)};
#undef GMEWATCH_SELF
#undef GMEWATCH_RENDERED

// As it appears on a TYPE line.
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
