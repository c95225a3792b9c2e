// Calls that have begun and whose first message has not come, or not as a whole: bounds how long
// that may take and how many there are, since each costs memory and its sender has shown no key.
//
// A call that has to end gets a status. If its client does not take even that, the call is cut off.
//
// Thread safety: every method may be called from any thread. A Call is called under the lock: it
// must not call back. Lifetime: outlives its calls; a call calls Forget before it is gone.
#ifndef GMEWATCH_DAEMON_INGEST_FIRST_MESSAGES_H_
#define GMEWATCH_DAEMON_INGEST_FIRST_MESSAGES_H_

#include <grpcpp/support/status.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"

namespace gmewatch {

class FirstMessages {
 public:
  class Call {
   public:
    Call() = default;
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    // Ends the call with this status. Called once at most.
    virtual void EndWithoutMessage(const grpc::Status& status) = 0;
    // Cancels it.
    virtual void Cut() = 0;

   protected:
    ~Call() = default;
  };

 private:
  struct Item {
    Call* call;
    absl::Duration since;
    bool ending;
  };

 public:
  // A call's place among those that wait; empty if it has none.
  using Wait = std::optional<std::list<Item>::iterator>;

  // Longer than a client whose network is slow takes for a batch of 16 KiB.
  static constexpr absl::Duration kPatience = absl::Seconds(15);
  // Time for the client to take the status.
  static constexpr absl::Duration kEndTime = absl::Seconds(5);
  // Beyond that the call that has waited for longest ends. Messages of ordinary clients come with
  // their calls, so few of those wait at a time.
  static constexpr size_t kWaitingMax = 1024;

  explicit FirstMessages(Clock& clock) : clock_(clock) {}
  FirstMessages(const FirstMessages&) = delete;
  FirstMessages& operator=(const FirstMessages&) = delete;

  void Begin(Call* call, Wait* wait);
  // The message came, or the client has gone. False if the call ends for want of it.
  bool Came(Wait* wait);
  // For a call that ends. Idempotent.
  void Forget(Wait* wait);

  // Ends the calls that have waited for too long.
  void Sweep();
  // Cancels all that wait.
  void CutAll();

  // Calls that were ended, ever.
  uint64_t ended() const { return ended_.load(std::memory_order_relaxed); }

 private:
  void EndOldest(const grpc::Status& status, absl::Duration now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Clock& clock_;
  std::atomic<uint64_t> ended_{0};
  absl::Mutex mutex_;
  // The oldest first.
  std::list<Item> waiting_ ABSL_GUARDED_BY(mutex_);
  std::list<Item> ending_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_FIRST_MESSAGES_H_
