#include "daemon/aggregate/watch_budget.h"

#include <algorithm>

#include "absl/hash/hash.h"

namespace gmewatch {

WatchBudget::Batch WatchBudget::Begin(size_t hash, uint32_t now_s, uint32_t max) {
  return {this, hash, now_s, max};
}

uint32_t WatchBudget::Batch::Take(int32_t code, uint32_t count) {
  return max_ == 0 ? count : budget_->Take(absl::HashOf(hash_, code), now_s_, max_, count);
}

uint32_t WatchBudget::Take(size_t hash, uint32_t now_s, uint32_t max, uint32_t count) {
  Use& use = uses_[hash % kUses];
  const auto tag = static_cast<uint32_t>(uint64_t{hash} >> 32);
  const uint64_t full = max * kSeconds;
  // A time that goes back is that of a damaged log; the budget is full then.
  const bool known = use.tag == tag && now_s >= use.second;
  const uint64_t filled = known ? std::min<uint64_t>(now_s - use.second, kSeconds) * max : full;
  const uint64_t left = std::min(full, use.left + filled);
  const auto taken = static_cast<uint32_t>(std::min<uint64_t>(count, left / kSeconds));
  use = {tag, now_s, static_cast<uint32_t>(left - taken * kSeconds)};
  return taken;
}

}  // namespace gmewatch
