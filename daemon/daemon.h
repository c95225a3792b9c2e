// The composition root: makes the parts of the daemon, connects them, starts and stops them.
//
// Thread safety: one thread calls Start, Reload and Stop. Errors of Start: InvalidArgument and
// FailedPrecondition, wrong usage or settings (exit status 2); any other code is a failure.
#ifndef GMEWATCH_DAEMON_DAEMON_H_
#define GMEWATCH_DAEMON_DAEMON_H_

#include <atomic>
#include <cstdint>
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
#include "daemon/checkpointer.h"
#include "daemon/connect/connect_server.h"
#include "daemon/daemon_files.h"
#include "daemon/expose/admin_server.h"
#include "daemon/expose/metrics_page.h"
#include "daemon/ingest/ingest_server.h"
#include "daemon/kept_rejections.h"
#include "daemon/log/committer.h"
#include "daemon/log/event_log.h"
#include "daemon/log/state_lock.h"
#include "daemon/model/daemon_stats.h"
#include "daemon/service.h"
#include "daemon/session_room.h"
#include "daemon/shared_session_watch.h"
#include "daemon/silence_watch.h"
#include "daemon/spike_watch.h"
#include "daemon/triage_pages.h"

namespace gmewatch {

struct DaemonOptions {
  std::string config_file;                    // empty: all defaults
  std::string catalog_file;                   // empty: the embedded one
  std::vector<std::string> catalog_overlays;  // as Catalog::AddOverlay takes them
  bool open = false;                          // a settings file need not list apps
  std::string ingest_address = "127.0.0.1:4747";
  std::string admin_address = "127.0.0.1:9747";
  std::string connect_address;   // empty: no such port
  std::string admin_token_file;  // empty: readers of the admin port need no token
  std::string state_dir;         // empty: in memory
  // Called on any thread when the process should stop, because the event log has failed permanently
  // or the ingest port does not answer.
  std::function<void()> on_fatal = [] {};
  // Called on any thread whenever the ingest port has shown that it lives.
  std::function<void()> on_alive = [] {};
  // For tests: wraps the event log, to fail on purpose. Absent: the daemon uses the log as it is.
  std::function<std::unique_ptr<EventLog>(std::unique_ptr<EventLog>)> wrap_log;
};

class Daemon final : public Service {
 public:
  // Returns when the state is recovered and batches are accepted.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(DaemonOptions options, Clock& clock);
  ~Daemon() override;

  std::string ingest_address() const override { return ingest_->address(); }
  std::string admin_address() const override { return admin_->address(); }
  std::string connect_address() const override {
    return connect_ == nullptr ? "" : connect_->address();
  }

  void Reload() override;

  // Accepts no more batches, acknowledges those that were accepted, writes a checkpoint.
  absl::Status Stop() override;

 private:
  Daemon(DaemonOptions options, Clock& clock)
      : options_(std::move(options)), clock_(clock), started_(clock.Monotonic()) {}

  absl::Status OpenLog();
  absl::Status Recover();
  void CountStart();
  void StopParts();
  absl::Status StartCommitter();
  absl::Status StartServing();
  void StartCheckpoints();
  // The process must stop because of this.
  void Fail(const absl::Status& status);
  // After each epoch, on the committer's thread: forgets sessions that sent one batch only sooner
  // while limits.max_sessions is nearly reached.
  void WatchSessionRoom();
  void UseCatalog(const Catalog& catalog, const Settings& settings);
  // Ok while batches are taken; otherwise why they are not.
  absl::Status Ready() const;

  // For metrics; reads the sizes of the log's files.
  SelfStats ReadSelfStats();
  // For the triage page; reads memory only.
  DaemonState ReadState() const;

  const DaemonOptions options_;
  Clock& clock_;
  const absl::Duration started_;
  DaemonFiles files_;
  Settings started_with_;  // some settings change with the next start only

  // In the order of dependence: each part uses those above it.
  std::optional<StateLock> lock_;
  std::unique_ptr<EventLog> log_;
  Aggregate aggregate_;
  KeptRejections kept_;
  uint64_t recovered_epoch_ = 0;
  int64_t recovered_time_ms_ = 0;
  int64_t recovered_steady_ms_ = 0;
  std::vector<DetectorPage> recovered_detector_;
  std::string recovered_silence_;
  std::unique_ptr<TriagePages> triage_;
  std::atomic<uint64_t> sessions_limit_{UINT64_MAX};
  SessionRoom session_room_;  // for the committer thread
  SharedSessionWatch shared_sessions_;
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<SpikeWatch> spikes_;
  std::unique_ptr<SilenceWatch> silence_;
  std::unique_ptr<AnnotationPusher> annotations_;
  std::unique_ptr<Checkpointer> checkpointer_;  // null in memory
  std::unique_ptr<MetricsPage> metrics_;
  AdminGuard guard_;
  std::unique_ptr<AdminServer> admin_;
  std::unique_ptr<IngestServer> ingest_;
  std::unique_ptr<ConnectServer> connect_;  // null without an address
  bool stopped_ = false;

  mutable absl::Mutex mutex_;
  absl::Status fatal_ ABSL_GUARDED_BY(mutex_);
  DaemonStats stats_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DAEMON_H_
