#include "daemon/aggregate/watch_budget.h"

#include <algorithm>

namespace gmewatch {

WatchBudget::Batch WatchBudget::Begin(size_t hash, uint32_t now_s, uint32_t max) {
  if (max == 0) return Batch(nullptr);
  Use& use = uses_[hash % kUses];
  const auto tag = static_cast<uint32_t>(uint64_t{hash} >> 32);
  const uint64_t full = max * kSeconds;
  // A time that goes back is that of a damaged log; the budget is full then.
  const bool known = use.tag == tag && now_s >= use.second;
  const uint64_t filled = known ? std::min<uint64_t>(now_s - use.second, kSeconds) * max : full;
  for (uint32_t& left : use.left) {
    left = static_cast<uint32_t>(std::min(full, left + filled));
  }
  use.tag = tag;
  use.second = now_s;
  return Batch(&use);
}

}  // namespace gmewatch
