// Asks the ingest port itself whether it takes new clients: connects to it every ten seconds and
// waits for the server's first bytes, which a listening socket alone does not send.
//
// Thread safety: status() from any thread; the rest from one. Lifetime: what `on_dead` and
// `on_alive` reach must outlive it.
//
// Limits: a try takes kAnswerTime at most. After a failed one the next comes in kPauseAfterFailure;
// kTriesUntilDead in a row without an answer are the end. A connection that is closed at once, as
// while descriptors are short, is a failure but not the end.
#ifndef GMEWATCH_DAEMON_INGEST_INGEST_PROBE_H_
#define GMEWATCH_DAEMON_INGEST_INGEST_PROBE_H_

#include <sys/socket.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/base/periodic_task.h"

namespace gmewatch {

class IngestProbe {
 public:
  // `sockets` listen; `tls` says whether the server speaks it. On the thread of the probe `on_dead`
  // is called once, and `on_alive` after each try that was answered or closed at once.
  IngestProbe(const std::vector<int>& sockets, bool tls,
              std::function<void(const absl::Status&)> on_dead, std::function<void()> on_alive);
  IngestProbe(const IngestProbe&) = delete;
  IngestProbe& operator=(const IngestProbe&) = delete;
  ~IngestProbe() { Stop(); }

  // The first try is over when it returns.
  void Start() { task_.Start(RunOnce()); }
  // Idempotent.
  void Stop() { task_.Stop(); }

  // Ok, or why the last try failed.
  absl::Status status() const;

  static constexpr absl::Duration kInterval = absl::Seconds(10);
  static constexpr absl::Duration kPauseAfterFailure = absl::Seconds(2);
  static constexpr absl::Duration kAnswerTime = absl::Seconds(5);
  static constexpr int kTriesUntilDead = 4;

 private:
  absl::Duration RunOnce();
  absl::Status Try(const sockaddr_storage& address) const;

  std::vector<sockaddr_storage> addresses_;
  std::string hello_;  // what a client sends first
  std::function<void(const absl::Status&)> on_dead_;
  std::function<void()> on_alive_;
  int unanswered_ = 0;
  mutable absl::Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  PeriodicTask task_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_INGEST_PROBE_H_
