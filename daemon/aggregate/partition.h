// What is known of one partition of a log that several processes write, beside the counters: a pure
// function of its records so far.
//
// Time: a partition's sessions expire by its own time, which follows the brokers' clock. A jump of
// that clock counts as kTimeStepMax, so that one broker whose clock is a day ahead makes no session
// expire; the time then goes a quarter faster or slower until it is that of the clock. So it also
// stands still while nobody writes, and sessions live so much longer.
//
// Thread safety: none; only the thread that applies records uses it.
#ifndef GMEWATCH_DAEMON_AGGREGATE_PARTITION_H_
#define GMEWATCH_DAEMON_AGGREGATE_PARTITION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "daemon/model/epoch.h"
#include "daemon/model/partition_row.h"
#include "daemon/model/shared_log_parts.h"

namespace gmewatch {

class Partition {
 public:
  static constexpr int64_t kTimeStepMs = int64_t{5} * 60 * 1000;
  // Offsets before whose records counters compare what they have counted, and how many are kept.
  static constexpr uint64_t kCheckEvery = 4096;
  static constexpr size_t kChecksMax = 8;
  // Processes whose sums are kept. Beyond that the one that has not written for longest is
  // forgotten: what it rejected stays counted, but would be counted again if it came back.
  static constexpr size_t kWritersMax = 1024;

  explicit Partition(PartitionRow row) : row_(std::move(row)) {}

  const PartitionRow& row() const { return row_; }
  // Whether sessions may live by its time.
  bool has_time() const { return row_.steady_ms != 0; }
  int64_t steady_ms() const { return row_.steady_ms; }
  int64_t once_horizon_ms() const { return row_.once_horizon_ms; }
  // What was last seen before this has expired, if sessions live for `horizon_ms`, or sent one
  // batch only. The second never goes back, even if the horizon is longer again: whether a sweep
  // has found the session meanwhile must not matter.
  int64_t OldestMs(int64_t horizon_ms) const { return row_.steady_ms - horizon_ms; }
  int64_t OldestOnceMs(int64_t horizon_ms) const {
    return std::max(OldestMs(horizon_ms), row_.once_oldest_ms);
  }

  // The record at next_offset comes, which a broker appended at `time_ms`.
  void Begin(int64_t time_ms);
  // Takes who wrote the record, and what that changes. Returns what of the writer's sums is new.
  RejectedByReason TakeWriter(const Epoch& epoch);
  // Whether the writer of `marker` had counted what is counted here; true if that is not known.
  bool Agrees(const Marker& marker) const;
  // `code` has a column of its own from now on. False if it had.
  bool Grant(int32_t code);
  // A request for a column, in partition 0, that was granted.
  void NoteRequest(const ColumnRequest& request) { row_.granted_requests.push_back(request); }
  // The record was counted. `events`, `sessions`: new ones; `rejected`: those of TakeWriter.
  void End(absl::Span<const Verdict> verdicts, uint64_t events, uint64_t sessions,
           const RejectedByReason& rejected);

 private:
  void Advance(int64_t time_ms);
  void ExpireOnce();
  WriterSums& SumsOf(const WriterId& writer);

  PartitionRow row_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_PARTITION_H_
