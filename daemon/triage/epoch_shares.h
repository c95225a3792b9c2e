// Who reports a code, from the epochs as they are counted: its events by app version, SDK version
// and platform, and the operations and underlying codes that clients name in their details.
//
// Thread safety: Observe from one thread, the one that acknowledges; Of from any. `counters` must
// outlive it. Observe does bounded work per epoch and per millisecond, and allocates nothing once
// the tables of the codes are full. Memory: 65 KB per code at most, for at most kCodeSlotsMax
// codes.
#ifndef GMEWATCH_DAEMON_TRIAGE_EPOCH_SHARES_H_
#define GMEWATCH_DAEMON_TRIAGE_EPOCH_SHARES_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "daemon/aggregate/counters.h"
#include "daemon/model/epoch.h"
#include "daemon/triage/share_table.h"

namespace gmewatch {

class EpochShares {
 public:
  explicit EpochShares(const Counters& counters) : counters_(counters) {}

  // Adds the batches that were counted and not late. It may read kEntriesPerMs entries per
  // millisecond; what is not used adds up to kEntriesMax. Under more load it reads a sample of the
  // batches and scales their counts up. It reads only one in kEpochsApart of the epochs with more
  // than kBatchesMax batches. REQUIRES: the epoch was applied, and `verdicts` are its results.
  void Observe(uint64_t number, const Epoch& epoch, const std::vector<Verdict>& verdicts);
  static constexpr size_t kEntriesMax = 2000;
  static constexpr size_t kEntriesPerMs = 20;
  static constexpr size_t kBatchesMax = 256;
  static constexpr uint64_t kEpochsApart = 8;

  struct CodeShares {
    std::vector<Share> app_versions;
    std::vector<Share> sdk_versions;
    std::vector<Share> platforms;
    std::vector<Share> operations;
    std::vector<Share> underlying_codes;
    bool sampled = false;  // in the last ten minutes the counts were scaled up from a sample
  };
  // The shares of the code with this slot in the counters, as of `minute` since 1970.
  CodeShares Of(size_t slot, int64_t minute) const;

 private:
  struct Tables {
    ShareTable app_versions;
    ShareTable sdk_versions;
    ShareTable platforms;
    ShareTable operations;
    ShareTable underlying_codes;
  };

  size_t SlotFor(int32_t code) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Tables& TablesFor(int32_t code) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LearnCodes() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The clock was set back far: drops the shares, which are of a time that is yet to come.
  void Forget() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Adds to the allowance for the time that passed.
  void Refill(int64_t time_ms) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ObserveBatches(uint64_t number, const Epoch& epoch, const std::vector<Verdict>& verdicts)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ObserveBatch(const BatchView& batch, const Origin& origin, double scale, int64_t minute)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ObserveDetails(uint64_t number, const Epoch& epoch, const std::vector<Verdict>& verdicts)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Counters& counters_;

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<int32_t, size_t> slots_ ABSL_GUARDED_BY(mutex_);
  size_t known_codes_ ABSL_GUARDED_BY(mutex_) = kOtherSlot + 1;
  std::array<std::unique_ptr<Tables>, kCodeSlotsMax> tables_ ABSL_GUARDED_BY(mutex_);
  int64_t sampled_minute_ ABSL_GUARDED_BY(mutex_) = INT64_MIN / 2;
  // Batches of skipped epochs, in the minute below; the next epoch that is read stands for them.
  uint64_t skipped_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t skipped_minute_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t last_ms_ ABSL_GUARDED_BY(mutex_) = 0;
  // Entries that may be read now; at most kEntriesMax.
  size_t allowance_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_EPOCH_SHARES_H_
