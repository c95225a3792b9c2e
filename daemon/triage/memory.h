// What the triage page and its JSON know of the past: what was counted in the last hour and day,
// and who reported it. Fed by looks at the counters and by the epochs as they are counted.
//
// Thread safety: every method from any thread, Observe from one; Load and LookAsOf come before
// Look. `counters` and `clock` must outlive it. Bounded: history.h and epoch_shares.h say what a
// code costs; apps and regions cost as much as a version does, and 8 bytes for each code besides.
#ifndef GMEWATCH_DAEMON_TRIAGE_MEMORY_H_
#define GMEWATCH_DAEMON_TRIAGE_MEMORY_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
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
  bool other = false;  // codes beyond those that are told apart
  CodeNumbers numbers;
};

// What is known of one code beside its numbers.
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

  // A look at the counters; `refused` is the daemon's sum so far. Does nothing where the last one
  // is not older than `least_age`.
  void Look(const RejectedByReason& refused, absl::Duration least_age);

  // What is kept over a restart: the history of counts and when codes were seen, some 200 KB at
  // most. Looks first. Who reports begins anew.
  std::string Save(const RejectedByReason& refused);
  // Goes on from what Save gave, empty where there is none. It may know counts that a replay has
  // yet to bring. DataLoss: it cannot be read, and the memory begins anew.
  absl::Status Load(const std::string& saved);
  // A look at counters that count up to a time that has passed, as they are recovered. Does nothing
  // where the last one is less than `least_age` older.
  void LookAsOf(absl::Time time, const RejectedByReason& refused, absl::Duration least_age);

  // Of the thread that counts; epoch_shares.h has the price.
  void Observe(uint64_t number, const Epoch& epoch, const std::vector<Verdict>& verdicts) {
    shares_.Observe(number, epoch, verdicts);
  }

  // As of the last look.
  absl::Time time() const;
  // All columns that the counters had, by slot.
  std::vector<SeenCode> Codes() const;
  CodePast Past(size_t slot) const;
  StepCounts Hour(size_t slot) const;
  RecentNumbers Recent() const;

 private:
  // By slot.
  using Tables = std::array<std::unique_ptr<ShareTable>, kCodeSlotsMax>;
  void LookAt(absl::Time now, const RejectedByReason& refused)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What the groups gained since the last look.
  static void AddGains(const std::vector<CounterSums::Group>& groups, bool first, int64_t minute,
                       std::vector<std::vector<uint64_t>>* before, Tables* tables);

  const Counters& counters_;
  Clock& clock_;

  mutable absl::Mutex mutex_;
  CounterSums sums_ ABSL_GUARDED_BY(mutex_);
  History history_ ABSL_GUARDED_BY(mutex_);
  absl::Time time_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  // In time events at the last look, by app or region, then slot.
  std::vector<std::vector<uint64_t>> apps_before_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::vector<uint64_t>> regions_before_ ABSL_GUARDED_BY(mutex_);
  Tables apps_ ABSL_GUARDED_BY(mutex_);
  Tables regions_ ABSL_GUARDED_BY(mutex_);

  EpochShares shares_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_MEMORY_H_
