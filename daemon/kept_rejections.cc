#include "daemon/kept_rejections.h"

#include <utility>

namespace gmewatch {

void KeptRejections::Set(const RejectedByReason& kept) {
  any_ = true;
  absl::MutexLock lock(&mutex_);
  kept_ = kept;
}

void KeptRejections::Apply(absl::FunctionRef<void()> apply) {
  if (!std::exchange(any_, false)) {
    apply();
    return;
  }
  absl::MutexLock lock(&mutex_);
  apply();
  kept_ = {};
}

AggregateStats KeptRejections::AddTo(const Aggregate& aggregate) const {
  absl::MutexLock lock(&mutex_);
  AggregateStats out = aggregate.stats();
  for (size_t i = 0; i < kRejectReasons; ++i) {
    out.rejected[i].batches += kept_[i].batches;
    out.rejected[i].events += kept_[i].events;
  }
  return out;
}

}  // namespace gmewatch
