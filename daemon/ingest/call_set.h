// The calls of a server: a stop ends the streams and waits until every call is gone, and a gauge
// counts the streams.
//
// Thread safety: every method may be called from any thread.
#ifndef GMEWATCH_DAEMON_INGEST_CALL_SET_H_
#define GMEWATCH_DAEMON_INGEST_CALL_SET_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/base/timed_wait.h"

namespace gmewatch {

class StreamCall;
class UnaryCall;

class CallSet {
 public:
  // Counts a call as long as it lives. Each call object has one as its first member, so it is
  // counted before it waits for its client and until its last gRPC object is gone.
  class Membership {
   public:
    explicit Membership(CallSet* calls) : calls_(*calls) { calls_.Enter(); }
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;
    ~Membership() { calls_.Leave(); }

   private:
    CallSet& calls_;
  };

  CallSet() = default;
  CallSet(const CallSet&) = delete;
  CallSet& operator=(const CallSet&) = delete;

  // For a stream that has begun, until it is gone. AddStream returns false after DrainStreams.
  bool AddStream(StreamCall* stream);
  void RemoveStream(StreamCall* stream);
  size_t streams() const;

  // Drains every stream: each takes no more batches and ends when those it took are settled.
  void DrainStreams();
  // From now on unary calls that fail are answered when ReleaseAnswers is called: a client that
  // waits for an answer starts no other call. Until then they do not count as calls.
  void HoldAnswers();
  // True if the call's answer is held. One relaxed load if none is.
  bool Hold(UnaryCall* call);
  void ReleaseAnswers();

  // Waits until no call has come for `quiet`, at most for `timeout`.
  void AwaitQuiet(absl::Duration quiet, absl::Duration timeout);
  // Waits until at most `calls` are left, counting those that wait for a client, or `timeout` has
  // passed. One thread at a time.
  void AwaitAtMost(size_t calls, absl::Duration timeout);
  // Waits until every call is gone.
  void AwaitEmpty();

 private:
  void Enter();
  void Leave();
  bool IsEmpty() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return calls_ == 0; }

  mutable absl::Mutex mutex_;
  size_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
  // What AwaitAtMost waits for: at most `few_` calls are left.
  std::optional<size_t> few_ ABSL_GUARDED_BY(mutex_);
  TimedWait few_left_;
  uint64_t entered_ ABSL_GUARDED_BY(mutex_) = 0;  // ever
  std::atomic<bool> holding_{false};              // changes under mutex_
  std::vector<UnaryCall*> held_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<StreamCall*> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_CALL_SET_H_
