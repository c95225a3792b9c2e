#include "daemon/ingest/call_set.h"

#include "daemon/ingest/stream_call.h"

namespace gmewatch {

void CallSet::Enter() {
  absl::MutexLock lock(&mutex_);
  ++calls_;
}

void CallSet::Leave() {
  absl::MutexLock lock(&mutex_);
  --calls_;
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

void CallSet::AwaitAtMost(size_t calls, absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  const auto few = [this, calls]()
                       ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return calls_ <= calls; };
  mutex_.AwaitWithTimeout(absl::Condition(&few), timeout);
}

void CallSet::AwaitEmpty() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &CallSet::IsEmpty));
}

}  // namespace gmewatch
