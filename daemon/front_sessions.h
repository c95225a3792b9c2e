// The sessions whose batches this front has written: so a front knows a new session, for quotas and
// limits.max_sessions, without what counters know. A client that comes from another front is new
// here; a retry costs its events once more.
//
// Memory: 64 bytes a session, as in a counter; sessions that sent nothing for the horizon are
// forgotten.
//
// Thread safety: Note by the committers, each its own lane; the rest by any thread.
#ifndef GMEWATCH_DAEMON_FRONT_SESSIONS_H_
#define GMEWATCH_DAEMON_FRONT_SESSIONS_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/aggregate/known_sessions.h"
#include "daemon/aggregate/session_table.h"
#include "daemon/base/clock.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

class FrontSessions final : public KnownSessions {
 public:
  using IndexOfFn = std::function<size_t(const SessionId&)>;

  // `index_of`: the lane of a session. `clock` must outlive it.
  FrontSessions(size_t lanes, IndexOfFn index_of, Clock& clock);

  // The epoch of this lane is written. Returns how many batches it has.
  size_t Note(size_t lane, const Epoch& epoch);
  // Forgets, in all lanes, the sessions that sent nothing for `horizon`, or for `once_horizon` if
  // it is shorter and they sent one batch only.
  void Sweep(absl::Duration horizon, absl::Duration once_horizon);

  // A counter knows so many sessions. New ones have no room from 19 twentieths of the limit on,
  // since some are under way. Forgotten after kCountersAway, when no counter seems to run.
  void SetKnownToCounters(uint64_t sessions);
  static constexpr absl::Duration kCountersAway = absl::Minutes(10);

  KnownSession Find(const SessionId& id) const override;
  bool HasRoom(AppTag app, size_t limit, absl::Span<const AppTag> apps) const override;
  // What counters know, if that is more.
  uint64_t session_count() const override { return std::max(written(), KnownToCounters()); }
  uint64_t written() const { return count_.load(std::memory_order_relaxed); }

 private:
  struct Lane {
    mutable absl::Mutex mutex;
    SessionTable sessions ABSL_GUARDED_BY(mutex);
  };

  size_t SizeOf(AppTag app) const;
  uint64_t KnownToCounters() const;
  // From one on, so that a session of the first second is not older than any horizon.
  uint32_t NowSeconds() const;
  // The oldest second within the horizon.
  uint32_t OldestSeconds(absl::Duration horizon) const;

  const IndexOfFn index_of_;
  Clock& clock_;
  const absl::Duration start_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::atomic<uint64_t> count_{0};
  std::atomic<uint64_t> counters_know_{0};
  std::atomic<uint32_t> counters_said_s_{0};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_FRONT_SESSIONS_H_
