#include "daemon/checkpointer.h"

#include <string>
#include <utility>

#include "daemon/base/log.h"

namespace gmewatch {
Checkpointer::Checkpointer(Aggregate& aggregate, EventLog& log, Clock& clock,
                           absl::Duration interval, AddFn add)
    : aggregate_(aggregate), log_(log), clock_(clock), interval_(interval), add_(std::move(add)) {}

Checkpointer::~Checkpointer() { Stop(); }

void Checkpointer::Start() { thread_ = std::thread(&Checkpointer::Run, this); }

void Checkpointer::Stop() {
  if (!thread_.joinable()) return;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
  Save();
}

void Checkpointer::Run() {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), interval_)) return;
    }
    Save();
  }
}

void Checkpointer::Save() {
  const absl::Duration begin = clock_.Monotonic();
  Checkpoint checkpoint = aggregate_.TakeCheckpoint(!whole_);
  if (checkpoint.epoch == 0) return;
  // It may know rows that came meanwhile; the epochs that made them are replayed after this one.
  add_(!whole_, &checkpoint);
  const absl::Status status = log_.SaveCheckpoint(checkpoint);
  if (!status.ok() && !whole_) {
    LogError("the checkpoint could not be written", {{"error", std::string(status.message())}});
  }
  if (status.ok() && whole_) LogInfo("checkpoints can be written again");
  whole_ = !status.ok();
  absl::MutexLock lock(&mutex_);
  ++(status.ok() ? stats_.saved : stats_.failed);
  stats_.last_failed = whole_;
  if (!status.ok()) return;
  stats_.last_success = clock_.Now();
  stats_.last_duration = clock_.Monotonic() - begin;
}

Checkpointer::Stats Checkpointer::stats() const {
  absl::MutexLock lock(&mutex_);
  return stats_;
}

}  // namespace gmewatch
