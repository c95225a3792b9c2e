#include "daemon/ingest/token_buckets.h"

#include <algorithm>

namespace gmewatch {
namespace {

constexpr double kNanosPerSecond = 1e9;

// One kind of tokens: how long they take to come back.
struct Price {
  int64_t cost_ns = 0;
  int64_t burst_ns = 0;
};

Price PriceOf(uint64_t tokens, const TokenRate& rate) {
  if (tokens == 0 || rate.per_second <= 0) return {};
  const double ns = kNanosPerSecond / rate.per_second;
  return {static_cast<int64_t>(static_cast<double>(tokens) * ns),
          static_cast<int64_t>(rate.burst * ns)};
}

std::array<Price, 3> PricesOf(const Tokens& tokens, const TokenRates& rates) {
  return {PriceOf(tokens.batches, rates.batches), PriceOf(tokens.events, rates.events),
          PriceOf(tokens.sessions, rates.sessions)};
}

}  // namespace

TokenBuckets::TokenBuckets(size_t keys) : sets_((keys + kShards * kWays - 1) / (kShards * kWays)) {
  for (Shard& shard : shards_) {
    absl::MutexLock lock(&shard.mutex);
    shard.sets.resize(sets_);
  }
}

int64_t TokenBuckets::Slot::IsFullAt() const {
  return *std::max_element(full_at.begin(), full_at.end());
}

TokenBuckets::Slot* TokenBuckets::SlotFor(Set* set, uint64_t key) {
  Slot* fullest = set->data();
  for (Slot& slot : *set) {
    if (slot.key == key) return &slot;
    if (slot.IsFullAt() < fullest->IsFullAt()) fullest = &slot;
  }
  return fullest;
}

absl::Duration TokenBuckets::Take(uint64_t key, const Tokens& tokens, const TokenRates& rates,
                                  absl::Duration now) {
  const int64_t now_ns = absl::ToInt64Nanoseconds(now);
  const std::array<Price, kKinds> prices = PricesOf(tokens, rates);
  Shard& shard = ShardOf(key);
  absl::MutexLock lock(&shard.mutex);
  Slot* slot = SlotFor(&shard.sets[key / kShards % sets_], key);
  const bool is_new = slot->key != key;
  int64_t wait_ns = 0;
  std::array<int64_t, kKinds> full_at{};
  for (size_t kind = 0; kind < kKinds; ++kind) {
    const int64_t full_ns = is_new ? now_ns : std::max(slot->full_at[kind], now_ns);
    const Price& price = prices[kind];
    full_at[kind] = full_ns + price.cost_ns;
    if (price.cost_ns == 0) continue;
    const int64_t missing_ns = std::min(full_ns, full_at[kind] - price.burst_ns) - now_ns;
    wait_ns = std::max(wait_ns, missing_ns);
  }
  if (wait_ns > 0) return absl::Nanoseconds(wait_ns);
  slot->key = key;
  slot->full_at = full_at;
  return absl::ZeroDuration();
}

void TokenBuckets::Return(uint64_t key, const Tokens& tokens, const TokenRates& rates) {
  const std::array<Price, kKinds> prices = PricesOf(tokens, rates);
  Shard& shard = ShardOf(key);
  absl::MutexLock lock(&shard.mutex);
  Slot* slot = SlotFor(&shard.sets[key / kShards % sets_], key);
  if (slot->key != key) return;
  for (size_t kind = 0; kind < kKinds; ++kind) slot->full_at[kind] -= prices[kind].cost_ns;
}

}  // namespace gmewatch
