// Token buckets in memory of a fixed size: for each key three, of batches, events and new sessions.
//
// A bucket is kept as the time at which it is full again, so one that is full needs no memory. When
// a key finds no place, it takes that of the bucket nearest to full: a flood of keys forgives those
// who sent least, and never takes anything from those who sent nothing.
//
// Thread safety: every method may be called from any thread.
#ifndef GMEWATCH_DAEMON_INGEST_TOKEN_BUCKETS_H_
#define GMEWATCH_DAEMON_INGEST_TOKEN_BUCKETS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace gmewatch {

// What a batch takes, or what may be taken: of batches, events and new sessions.
struct Tokens {
  uint64_t batches = 0;
  uint64_t events = 0;
  uint64_t sessions = 0;
};

// So many tokens a second come back, until there are `burst`. A rate of 0: no limit.
struct TokenRate {
  double per_second = 0;
  double burst = 0;
};
struct TokenRates {
  TokenRate batches;
  TokenRate events;
  TokenRate sessions;

  bool limits() const {
    return batches.per_second > 0 || events.per_second > 0 || sessions.per_second > 0;
  }
};

class TokenBuckets {
 public:
  // Room for at least `keys` keys that are not full; 32 bytes each.
  explicit TokenBuckets(size_t keys);

  // Takes `tokens` of `key` at the time `now` (of a monotonic clock), all or none. Zero: taken;
  // otherwise how long it takes until there are enough. Who wants more than the burst gets it when
  // the bucket is full, and pays afterwards.
  absl::Duration Take(uint64_t key, const Tokens& tokens, const TokenRates& rates,
                      absl::Duration now);
  // Gives back what Take took.
  void Return(uint64_t key, const Tokens& tokens, const TokenRates& rates);

 private:
  static constexpr size_t kKinds = 3;
  static constexpr size_t kWays = 4;
  static constexpr size_t kShards = 64;
  struct Slot {
    uint64_t key = 0;
    std::array<int64_t, kKinds> full_at{};  // nanoseconds
    // When the last of the buckets is full.
    int64_t IsFullAt() const;
  };
  using Set = std::array<Slot, kWays>;
  struct Shard {
    absl::Mutex mutex;
    std::vector<Set> sets ABSL_GUARDED_BY(mutex);
  };

  // The key's slot, or the one that it may take.
  static Slot* SlotFor(Set* set, uint64_t key);
  Shard& ShardOf(uint64_t key) { return shards_[key % kShards]; }

  size_t sets_;  // of a shard
  std::array<Shard, kShards> shards_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_TOKEN_BUCKETS_H_
