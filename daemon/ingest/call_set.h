// The calls under way: so that a stop can end the streams and wait for all of them, and a gauge can
// count them.
//
// Thread safety: every method may be called from any thread.
#ifndef GMEWATCH_DAEMON_INGEST_CALL_SET_H_
#define GMEWATCH_DAEMON_INGEST_CALL_SET_H_

#include <cstddef>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"

namespace gmewatch {

class StreamCall;

class CallSet {
 public:
  CallSet() = default;
  CallSet(const CallSet&) = delete;
  CallSet& operator=(const CallSet&) = delete;

  // For every call object, from before it waits for its call until it is gone.
  void Enter();
  void Leave();

  // For a stream that has begun, until it is gone. False once DrainStreams was called.
  bool AddStream(StreamCall* stream);
  void RemoveStream(StreamCall* stream);
  size_t streams() const;

  // Tells every stream to take no more; each ends when what it took is settled.
  void DrainStreams();
  // Waits until there are no more than `calls`, those that wait for a client included, for at most
  // `timeout`.
  void AwaitAtMost(size_t calls, absl::Duration timeout);
  // Waits until every call has left.
  void AwaitEmpty();

 private:
  bool IsEmpty() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return calls_ == 0; }

  mutable absl::Mutex mutex_;
  size_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<StreamCall*> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_CALL_SET_H_
