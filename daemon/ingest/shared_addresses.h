// Notices that most new sessions come from a few addresses: then these are proxies that
// ingest.fronts does not name, and all their players count as one, or somebody makes sessions up.
//
// It looks for addresses with at least a 32nd of kSharedWindow new sessions: Misra and Gries's
// counters name them in one window (J. Misra, D. Gries, "Finding repeated elements", 1982), and the
// next window counts what they have.
//
// Memory: 2 KiB. Thread safety: every method may be called from any thread.
#ifndef GMEWATCH_DAEMON_INGEST_SHARED_ADDRESSES_H_
#define GMEWATCH_DAEMON_INGEST_SHARED_ADDRESSES_H_

#include <array>
#include <atomic>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "daemon/model/net_address.h"

namespace gmewatch {

// New sessions; large enough that a hall full of players or a company's network is no proxy.
inline constexpr uint32_t kSharedWindow = 1000;

class SharedAddresses {
 public:
  // A new session was accepted whose client has this address. Logs a warning when Found() becomes
  // true.
  void Add(const NetAddress& address);

  // Whether more than half of the last whole window came from such addresses.
  bool Found() const { return found_.load(std::memory_order_relaxed); }

 private:
  struct Count {
    NetAddress address{};
    uint32_t sessions = 0;
  };
  using Counts = std::array<Count, 31>;

  void Nominate(const NetAddress& address) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The end of a window. Returns the addresses that share most of it, at index 0 the largest; the
  // others have no sessions.
  Counts EndWindow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::atomic<bool> found_{false};
  absl::Mutex mutex_;
  uint32_t seen_ ABSL_GUARDED_BY(mutex_) = 0;
  Counts nominees_ ABSL_GUARDED_BY(mutex_);  // of this window
  Counts counted_
      ABSL_GUARDED_BY(mutex_);  // nominees of the window before, with this one's sessions
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_SHARED_ADDRESSES_H_
