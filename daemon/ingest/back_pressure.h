// Slows those senders down that cause the load, and no others.
//
// A stream may have a fair share of the waiting bytes: half of limits.max_pending_bytes, divided by
// the streams that have something waiting. It is not read beyond that, so HTTP/2 flow control stops
// its sender. It is half of them so that Reports find room. All that waits delays the
// acknowledgements of light clients; little of it makes each stream stop and go, which costs
// goodput if there are hundreds (wire_overload has both).
//
// Who causes the load is asked for a min_interval: a stream that uses more than half of its share
// while three eighths of max_pending_bytes wait; a Report of at least average size while three
// quarters wait, since streams do not get beyond one half.
//
// Thread safety: every method may be called from any thread.
#ifndef GMEWATCH_DAEMON_INGEST_BACK_PRESSURE_H_
#define GMEWATCH_DAEMON_INGEST_BACK_PRESSURE_H_

#include <atomic>
#include <cstddef>

#include "daemon/log/committer.h"
#include "gmewatch/v1/error_reporting.pb.h"

namespace gmewatch {

class BackPressure {
 public:
  // `committer` must outlive it.
  explicit BackPressure(const Committer* committer) : committer_(*committer) {}
  BackPressure(const BackPressure&) = delete;
  BackPressure& operator=(const BackPressure&) = delete;

  // A stream has something waiting; it has nothing waiting any more.
  void Enter() { streams_.fetch_add(1, std::memory_order_relaxed); }
  void Leave() { streams_.fetch_sub(1, std::memory_order_relaxed); }

  // The bytes that one stream may have waiting.
  size_t Share() const;

  // Whether a stream with so many bytes waiting, or a Report with so many, causes the load. Ask in
  // OnBatchesSettled, before the bytes are taken off.
  bool StreamCausesLoad(size_t bytes) const;
  bool ReportCausesLoad(size_t bytes) const;

  // Asks the sender to leave more time between batches.
  static void SlowDown(v1::ReportResponse* response);

 private:
  const Committer& committer_;
  std::atomic<size_t> streams_{0};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_BACK_PRESSURE_H_
