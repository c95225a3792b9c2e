// What the triage page and its JSON know about the past: what was counted in the last hour and day,
// and who reported it. It learns from reads of the counters and from the epochs as they are
// counted.
//
// Thread safety: every method from any thread, Observe from one; Load and ReadCountersAsOf only
// before the first ReadCounters. `counters` and `clock` must outlive it. Memory is bounded:
// history.h and epoch_shares.h say what a code costs; an app or region costs as much as a version,
// and 8 bytes per code besides.
#ifndef GMEWATCH_DAEMON_TRIAGE_MEMORY_H_
#define GMEWATCH_DAEMON_TRIAGE_MEMORY_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/aggregate/counters.h"
#include "daemon/base/clock.h"
#include "daemon/model/epoch.h"
#include "daemon/triage/counter_sums.h"
#include "daemon/triage/epoch_shares.h"
#include "daemon/triage/history.h"
#include "daemon/triage/share_table.h"

namespace gmewatch {

// A column of the counters.
struct SeenCode {
  int32_t code = 0;
  bool other = false;  // the overflow column, label "other"
  CodeNumbers numbers;
};

// The past of one code, besides its numbers.
struct CodePast {
  StepCounts hour;
  StepCounts day;
  std::vector<Share> apps;
  std::vector<Share> regions;
  EpochShares::CodeShares shares;
};

class TriageMemory {
 public:
  TriageMemory(const Counters& counters, Clock& clock)
      : counters_(counters), clock_(clock), sums_(counters), shares_(counters) {}
  TriageMemory(const TriageMemory&) = delete;
  TriageMemory& operator=(const TriageMemory&) = delete;

  // Reads the counters, unless the last read is younger than `min_age`. `rejected` is the daemon's
  // sum so far.
  void ReadCounters(const RejectedByReason& rejected, absl::Duration min_age);

  // Reads the counters and returns what is kept over a restart: the history of counts and when
  // codes were seen, about 220 KB at most. Who reports a code is not kept.
  std::string Save(const RejectedByReason& rejected);
  // Continues from what Save returned; an empty text changes nothing. The history may be ahead of
  // the counters, until a replay brings them up to it. DataLoss, and nothing changed: the text
  // cannot be read, or is about other counters.
  absl::Status Load(const std::string& saved);
  // Reads the counters during recovery, when they count up to `time` in the past. Does nothing if
  // the last read is less than `min_age` older than `time`.
  void ReadCountersAsOf(absl::Time time, const RejectedByReason& rejected, absl::Duration min_age);

  // Some counters began again at zero, during recovery.
  void Forget();

  // Learns from an epoch that was applied; epoch_shares.h has the price.
  void Observe(uint64_t number, const Epoch& epoch, const std::vector<Verdict>& verdicts) {
    shares_.Observe(number, epoch, verdicts);
  }

  // When the counters were last read; the numbers below are of that time.
  absl::Time time() const;
  // All columns of the counters, by slot.
  std::vector<SeenCode> Codes() const;
  CodePast Past(size_t slot) const;
  StepCounts Hour(size_t slot) const;
  RecentNumbers Recent() const;

 private:
  // By slot.
  using Tables = std::array<std::unique_ptr<ShareTable>, kCodeSlotsMax>;
  void ReadCountersAt(absl::Time now, const RejectedByReason& rejected)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Adds what the groups gained since the last read; only remembers the sums if it is the first.
  static void AddGains(const std::vector<CounterSums::Group>& groups, bool first, int64_t minute,
                       std::vector<std::vector<uint64_t>>* before, Tables* tables);

  const Counters& counters_;
  Clock& clock_;

  mutable absl::Mutex mutex_;
  CounterSums sums_ ABSL_GUARDED_BY(mutex_);
  History history_ ABSL_GUARDED_BY(mutex_);
  absl::Time time_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  // In-time events at the last read, by app or region, then by slot.
  std::vector<std::vector<uint64_t>> apps_before_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::vector<uint64_t>> regions_before_ ABSL_GUARDED_BY(mutex_);
  Tables apps_ ABSL_GUARDED_BY(mutex_);
  Tables regions_ ABSL_GUARDED_BY(mutex_);

  EpochShares shares_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_MEMORY_H_
