// Writes a checkpoint at a fixed interval, so that recovery stays short.
//
// Thread safety: stats() from any thread; RunOnce, Start and Stop from one at a time, RunOnce not
// after Start. `aggregate`, `store`, `clock` and what `add` reaches must outlive it.
#ifndef GMEWATCH_DAEMON_CHECKPOINTER_H_
#define GMEWATCH_DAEMON_CHECKPOINTER_H_

#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/base/clock.h"
#include "daemon/base/periodic_task.h"
#include "daemon/log/checkpoint_store.h"
#include "daemon/model/daemon_stats.h"

namespace gmewatch {

class Checkpointer {
 public:
  // Adds the state of the parts other than the aggregate: what changed since the last call, or all
  // of it.
  using AddFn = std::function<void(bool changed_only, Checkpoint* checkpoint)>;

  Checkpointer(Aggregate& aggregate, CheckpointStore& store, Clock& clock, absl::Duration interval,
               AddFn add);
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;
  // Stops.
  ~Checkpointer();

  // The first checkpoint is written after one interval.
  void Start();
  // Ends the thread and writes a last checkpoint. REQUIRES: no more epochs are applied. Idempotent.
  void Stop();

  // Writes one checkpoint; the thread does this. After a failure the next checkpoint is complete,
  // because the changes in the one that failed are in no other.
  void RunOnce();

  CheckpointStats stats() const;

 private:
  Aggregate& aggregate_;
  CheckpointStore& store_;
  Clock& clock_;
  const absl::Duration interval_;
  const AddFn add_;
  bool complete_ = false;  // the next checkpoint; used by RunOnce alone

  mutable absl::Mutex mutex_;
  CheckpointStats stats_ ABSL_GUARDED_BY(mutex_);

  PeriodicTask task_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CHECKPOINTER_H_
