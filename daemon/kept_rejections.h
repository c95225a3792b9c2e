// What was rejected while the log could not be written: it is durable (EpochSink::KeepRejected),
// and the next epoch that is applied will have it. Until then it is added to the counts that people
// see.
//
// Thread safety: Set and Apply are called by the committer thread, AddTo by any.
#ifndef GMEWATCH_DAEMON_KEPT_REJECTIONS_H_
#define GMEWATCH_DAEMON_KEPT_REJECTIONS_H_

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

class KeptRejections {
 public:
  KeptRejections() = default;
  KeptRejections(const KeptRejections&) = delete;
  KeptRejections& operator=(const KeptRejections&) = delete;

  void Set(const RejectedByReason& kept);
  // `apply` applies the epoch that has what was kept: a reader sees it once, before or after.
  void Apply(absl::FunctionRef<void()> apply);

  // The counts with what is kept.
  AggregateStats AddTo(const Aggregate& aggregate) const;

 private:
  bool any_ = false;  // for the committer thread: an epoch without it takes no lock

  mutable absl::Mutex mutex_;
  RejectedByReason kept_ ABSL_GUARDED_BY(mutex_){};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_KEPT_REJECTIONS_H_
