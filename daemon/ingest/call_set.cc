#include "daemon/ingest/call_set.h"

#include "daemon/ingest/stream_call.h"
#include "daemon/ingest/unary_call.h"

namespace gmewatch {

void CallSet::Enter() {
  absl::MutexLock lock(&mutex_);
  ++calls_;
  ++entered_;
}

void CallSet::Leave() {
  absl::MutexLock lock(&mutex_);
  --calls_;
  if (few_.has_value() && calls_ <= *few_) few_left_.Wake();
}

bool CallSet::AddStream(StreamCall* stream) {
  absl::MutexLock lock(&mutex_);
  if (!draining_) streams_.insert(stream);
  return !draining_;
}

void CallSet::RemoveStream(StreamCall* stream) {
  absl::MutexLock lock(&mutex_);
  streams_.erase(stream);
}

size_t CallSet::streams() const {
  absl::MutexLock lock(&mutex_);
  return streams_.size();
}

void CallSet::DrainStreams() {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
  // Under the lock, so that no stream is destroyed meanwhile.
  for (StreamCall* stream : streams_) stream->Drain();
}

void CallSet::HoldAnswers() {
  absl::MutexLock lock(&mutex_);
  holding_.store(true, std::memory_order_relaxed);
}

bool CallSet::Hold(UnaryCall* call) {
  if (!holding_.load(std::memory_order_relaxed)) return false;
  absl::MutexLock lock(&mutex_);
  if (!holding_.load(std::memory_order_relaxed)) return false;
  held_.push_back(call);
  --calls_;
  return true;
}

void CallSet::ReleaseAnswers() {
  std::vector<UnaryCall*> held;
  {
    absl::MutexLock lock(&mutex_);
    holding_.store(false, std::memory_order_relaxed);
    held.swap(held_);
    calls_ += held.size();
  }
  for (UnaryCall* call : held) call->Finish();
}

void CallSet::AwaitQuiet(absl::Duration quiet, absl::Duration timeout) {
  TimedWait pause;  // nobody wakes it
  uint64_t before = 0;
  for (absl::Duration waited; waited < timeout; waited += quiet) {
    {
      absl::MutexLock lock(&mutex_);
      if (entered_ == before) return;
      before = entered_;
    }
    pause.For(quiet);
  }
}

void CallSet::AwaitAtMost(size_t calls, absl::Duration timeout) {
  {
    absl::MutexLock lock(&mutex_);
    if (calls_ <= calls) return;
    few_ = calls;
  }
  few_left_.For(timeout);
  absl::MutexLock lock(&mutex_);
  few_.reset();
}

void CallSet::AwaitEmpty() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &CallSet::IsEmpty));
}

}  // namespace gmewatch
