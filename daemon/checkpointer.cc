#include "daemon/checkpointer.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "daemon/base/log.h"

namespace gmewatch {

Checkpointer::Checkpointer(Aggregate& aggregate, CheckpointStore& store, Clock& clock,
                           absl::Duration interval, AddFn add)
    : aggregate_(aggregate),
      store_(store),
      clock_(clock),
      interval_(interval),
      add_(std::move(add)),
      task_([this] {
        RunOnce();
        return interval_;
      }) {}

Checkpointer::~Checkpointer() { Stop(); }

void Checkpointer::Start() { task_.Start(/*first_wait=*/interval_); }

void Checkpointer::Stop() {
  if (task_.Stop()) RunOnce();
}

void Checkpointer::RunOnce() {
  const absl::Duration begin = clock_.Monotonic();
  // The other parts first: they know no row that the aggregate does not have then. In a log of
  // several partitions the rows of later records may come in another order after a restart.
  Checkpoint others;
  add_(/*changed_only=*/!complete_, &others);
  Checkpoint checkpoint = aggregate_.TakeCheckpoint(/*changed_only=*/!complete_);
  if (checkpoint.epoch == 0) {
    // What changed is taken, and saved nowhere.
    complete_ = true;
    return;
  }
  checkpoint.detector = std::move(others.detector);
  checkpoint.detector_whole = others.detector_whole;
  checkpoint.triage = std::move(others.triage);
  checkpoint.silence = std::move(others.silence);
  const absl::Status status = store_.SaveCheckpoint(checkpoint);
  if (!status.ok() && !complete_) {
    LogError("checkpoint failed; the event log grows until one succeeds",
             {{"error", std::string(status.message())}});
  }
  if (status.ok() && complete_) LogInfo("checkpoints succeed again");
  complete_ = !status.ok();
  absl::MutexLock lock(&mutex_);
  ++(status.ok() ? stats_.saved : stats_.failed);
  stats_.last_failed = !status.ok();
  if (!status.ok()) return;
  stats_.last_success = clock_.Now();
  stats_.last_duration = clock_.Monotonic() - begin;
}

CheckpointStats Checkpointer::stats() const {
  absl::MutexLock lock(&mutex_);
  return stats_;
}

}  // namespace gmewatch
