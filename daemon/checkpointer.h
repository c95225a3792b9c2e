// Writes a checkpoint of the aggregate to the log every now and then, so that recovery stays short.
//
// Thread safety: stats() from any thread; Start and Stop from one. `aggregate`, `log` and `clock`
// must outlive it.
#ifndef GMEWATCH_DAEMON_CHECKPOINTER_H_
#define GMEWATCH_DAEMON_CHECKPOINTER_H_

#include <cstdint>
#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/base/clock.h"
#include "daemon/log/event_log.h"

namespace gmewatch {

class Checkpointer {
 public:
  struct Stats {
    uint64_t saved = 0;
    uint64_t failed = 0;
    bool last_failed = false;
    absl::Time last_success = absl::UnixEpoch();
    absl::Duration last_duration;
  };

  // Adds to a checkpoint what else is kept: what changed since the last call, or everything.
  using AddFn = std::function<void(bool changed_only, Checkpoint* checkpoint)>;

  Checkpointer(Aggregate& aggregate, EventLog& log, Clock& clock, absl::Duration interval,
               AddFn add);
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;
  ~Checkpointer();

  void Start();
  // Ends the thread and writes a last checkpoint. REQUIRES: nothing is applied any more.
  // Idempotent.
  void Stop();

  Stats stats() const;

 private:
  void Run();
  void Save();

  Aggregate& aggregate_;
  EventLog& log_;
  Clock& clock_;
  const absl::Duration interval_;
  const AddFn add_;
  // Of the thread that saves: what failed to be written is lost for a checkpoint of changes.
  bool whole_ = false;

  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  Stats stats_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CHECKPOINTER_H_
