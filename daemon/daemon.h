// The whole daemon, put together: the one place where the parts meet.
//
// Thread safety: Start, Reload and Stop are called by one thread. Errors of Start: InvalidArgument
// and FailedPrecondition for wrong usage or settings (exit status 2), any other for a failure.
#ifndef GMEWATCH_DAEMON_DAEMON_H_
#define GMEWATCH_DAEMON_DAEMON_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/annotate/annotation_pusher.h"
#include "daemon/base/clock.h"
#include "daemon/catalog/catalog.h"
#include "daemon/checkpointer.h"
#include "daemon/config/settings.h"
#include "daemon/expose/admin_server.h"
#include "daemon/expose/metrics_page.h"
#include "daemon/ingest/ingest_server.h"
#include "daemon/log/committer.h"
#include "daemon/log/state_lock.h"
#include "daemon/spike_watch.h"
#include "daemon/triage_pages.h"

namespace gmewatch {

struct DaemonOptions {
  std::string config_file;   // empty: all defaults
  std::string catalog_file;  // empty: the embedded one
  std::string ingest_address = "127.0.0.1:4747";
  std::string admin_address = "127.0.0.1:9747";
  std::string state_dir;  // empty: in memory
  // Called once, on any thread, where the log is at its end and the process should stop.
  std::function<void()> on_fatal = [] {};
  // Stands between the daemon and its log; for tests of what the contract rests on. Absent: the log
  // itself.
  std::function<std::unique_ptr<EventLog>(std::unique_ptr<EventLog>)> wrap_log;
};

// Settings and catalogue from the files that the options name.
struct DaemonFiles {
  Settings settings;
  Catalog catalog;
};
absl::StatusOr<DaemonFiles> LoadFiles(const DaemonOptions& options);

class Daemon {
 public:
  // Recovers, then takes batches.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(DaemonOptions options, Clock& clock);
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon();

  const std::string& ingest_address() const { return ingest_->address(); }
  const std::string& admin_address() const { return admin_->address(); }

  // Reads the files again; keeps what it has where they are wrong, and says so in the log.
  void Reload();

  // Takes nothing more, acknowledges what was taken, writes a checkpoint. Not Ok where the log was
  // at its end.
  absl::Status Stop();

 private:
  Daemon(DaemonOptions options, Clock& clock) : options_(std::move(options)), clock_(clock) {}

  absl::Status OpenLog();
  absl::Status Recover();
  absl::Status StartServing();
  void StartCheckpoints();
  void UseCatalog(const Catalog& catalog, const Settings& settings);
  absl::Status Ready() const;

  // In daemon_stats.cc. The first asks the files for their size, the others nothing but memory.
  SelfStats ReadSelfStats();
  RejectedByReason ReadRejected() const;
  DaemonState ReadState() const;

  const DaemonOptions options_;
  Clock& clock_;
  DaemonFiles files_;
  Settings started_with_;  // of which some hold until the next start

  // In the order of dependence: each part uses those above it.
  std::optional<StateLock> lock_;
  std::unique_ptr<EventLog> log_;
  Aggregate aggregate_;
  uint64_t recovered_epoch_ = 0;
  int64_t recovered_time_ms_ = 0;
  absl::Duration recovery_duration_;
  std::vector<DetectorPage> recovered_detector_;
  std::unique_ptr<TriagePages> triage_;
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<SpikeWatch> spikes_;
  std::unique_ptr<AnnotationPusher> annotations_;
  std::unique_ptr<Checkpointer> checkpointer_;  // null in memory
  std::unique_ptr<MetricsPage> metrics_;
  std::unique_ptr<AdminServer> admin_;
  std::unique_ptr<IngestServer> ingest_;
  bool stopped_ = false;

  mutable absl::Mutex mutex_;
  absl::Status fatal_ ABSL_GUARDED_BY(mutex_);
  bool ready_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t app_regions_limit_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t sessions_limit_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t reloads_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t failed_reloads_ ABSL_GUARDED_BY(mutex_) = 0;
  bool last_reload_ok_ ABSL_GUARDED_BY(mutex_) = true;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DAEMON_H_
