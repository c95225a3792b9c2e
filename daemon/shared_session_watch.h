// Notices sessions that two senders share: copies of one running game (a snapshot of a machine or a
// container that is started twice), or clients whose ids are not random. The batches of one are
// taken for the other's and are not counted, which nobody sees otherwise.
//
// A sender that lost an answer sends one batch twice, a stream that was cut several at once. So
// what counts is a run of duplicates with successive sequence numbers, a second or more apart.
//
// Thread safety: Observe from one thread, sessions from any. Limits: it remembers the newest
// duplicate of 256 sessions; more of them at a time may stay unnoticed. Lost at a restart.
#ifndef GMEWATCH_DAEMON_SHARED_SESSION_WATCH_H_
#define GMEWATCH_DAEMON_SHARED_SESSION_WATCH_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/model/epoch.h"

namespace gmewatch {

class SharedSessionWatch {
 public:
  // Takes note of an epoch's duplicates. Logs a warning for a shared session, at most one in ten
  // minutes.
  void Observe(const Epoch& epoch, const std::vector<Verdict>& verdicts);

  // Shared sessions noticed so far.
  uint64_t sessions() const { return sessions_.load(std::memory_order_relaxed); }

 private:
  struct Run {
    SessionId session;
    uint64_t sequence = 0;  // of the last duplicate
    int64_t at_ms = 0;      // when the run got longer
    uint32_t length = 0;    // 0: no session
  };

  void Note(const BatchView& batch, const Epoch& epoch, int64_t now_ms);
  void Warn(const Origin& origin, int64_t now_ms);

  std::array<Run, 256> runs_;
  std::optional<int64_t> warned_ms_;
  std::atomic<uint64_t> sessions_{0};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_SHARED_SESSION_WATCH_H_
