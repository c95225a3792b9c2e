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

#include "absl/status/statusor.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/base/clock.h"
#include "daemon/count_readers.h"
#include "daemon/daemon_options.h"
#include "daemon/entrance.h"
#include "daemon/expose/admin_server.h"
#include "daemon/kept_rejections.h"
#include "daemon/log/committer.h"
#include "daemon/log/event_log.h"
#include "daemon/log/state_lock.h"
#include "daemon/service.h"
#include "daemon/service_core.h"
#include "daemon/session_room.h"

namespace gmewatch {

class Daemon final : public Service {
 public:
  // Returns when the state is recovered and batches are accepted.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(DaemonOptions options, Clock& clock);
  ~Daemon() override;

  std::string ingest_address() const override { return entrance_.ingest_address(); }
  std::string admin_address() const override { return admin_->address(); }
  std::string connect_address() const override { return entrance_.connect_address(); }

  void Reload() override;

  // Accepts no more batches, acknowledges those that were accepted, writes a checkpoint.
  absl::Status Stop() override;

 private:
  Daemon(DaemonOptions options, Clock& clock) : core_(std::move(options), clock) {}

  absl::Status OpenLog();
  absl::Status Recover();
  // Returns how many epochs came after the checkpoint.
  absl::StatusOr<uint64_t> Replay();
  absl::Status StartCommitter();
  absl::Status StartAdmin();
  absl::Status StartServing();
  void StopParts();
  // After each epoch, on the committer's thread: forgets sessions that sent one batch only sooner
  // while limits.max_sessions is nearly reached.
  void WatchSessionRoom();
  void Use(const DaemonFiles& files);
  // Ok while batches are taken; otherwise why they are not.
  absl::Status Ready() const;
  // Reads the sizes of the log's files.
  void AddStats(SelfStats* stats) const;

  ServiceCore core_;

  // In the order of dependence: each part uses those above it.
  std::optional<StateLock> lock_;
  std::unique_ptr<EventLog> log_;
  Aggregate aggregate_;
  KeptRejections kept_;
  uint64_t recovered_epoch_ = 0;
  int64_t recovered_time_ms_ = 0;
  int64_t recovered_steady_ms_ = 0;
  std::atomic<uint64_t> sessions_limit_{UINT64_MAX};
  SessionRoom session_room_;  // for the committer thread
  std::unique_ptr<CountReaders> readers_;
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<AdminServer> admin_;
  Entrance entrance_;
  bool stopped_ = false;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DAEMON_H_
