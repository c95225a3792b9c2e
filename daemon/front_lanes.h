// The lanes of a front, one for each partition of the log: a committer and the sink that it writes
// to.
//
// Thread safety: Drain and Stop from one thread, in this order; the rest from any.
#ifndef GMEWATCH_DAEMON_FRONT_LANES_H_
#define GMEWATCH_DAEMON_FRONT_LANES_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "daemon/base/clock.h"
#include "daemon/front_sessions.h"
#include "daemon/log/committer.h"
#include "daemon/log/kafka/kafka_lane.h"
#include "daemon/log/kafka/kafka_producer.h"
#include "daemon/model/front_stats.h"

namespace gmewatch {

struct FrontLanesOptions {
  size_t lanes = 1;
  absl::Duration commit_interval;
  size_t max_pending_bytes = 0;  // of all lanes together
};

class FrontLanes {
 public:
  // All of these must outlive it. `fatal`: a lane has failed permanently.
  FrontLanes(const FrontLanesOptions& options, KafkaProducer& producer, FrontSessions& sessions,
             Clock& clock, const Committer::FatalFn& fatal);
  FrontLanes(const FrontLanes&) = delete;
  FrontLanes& operator=(const FrontLanes&) = delete;

  std::vector<Committer*> committers() const;

  // Unavailable while at least one lane cannot write and none has written for ten seconds.
  absl::Status Check() const;
  // Whether at least one lane has waited for ten seconds to be confirmed.
  bool IsOneStalled() const;
  void AddTo(FrontStats* stats) const;

  void Drain();
  void Stop();

 private:
  struct Lane {
    std::unique_ptr<KafkaLane> sink;
    std::unique_ptr<Committer> committer;
  };

  void OnWritten(size_t lane, const Epoch& epoch, std::vector<Verdict>* verdicts);

  FrontSessions& sessions_;
  Clock& clock_;
  mutable absl::Mutex mutex_;
  uint64_t batches_written_ ABSL_GUARDED_BY(mutex_) = 0;
  RejectedByReason rejected_ ABSL_GUARDED_BY(mutex_){};
  std::vector<Lane> lanes_;  // last: their threads use what is above
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_FRONT_LANES_H_
