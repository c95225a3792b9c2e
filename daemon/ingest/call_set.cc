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
