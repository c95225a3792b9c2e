// One partition as the sink of one committer: an epoch is a record, and one record is under way at
// a time, so a session's batches are in the partition in their order.
//
// Rejections are written as running sums of this lane, since nothing else recognises a record that
// is written twice: of each writer a counter keeps the largest it has seen.
//
// Thread safety: Append by one thread at a time, state() by any. Errors: those of KafkaProducer. An
// epoch whose Append failed may still appear in the log: its batches are duplicates by then, or
// nobody got an answer for them.
#ifndef GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_LANE_H_
#define GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_LANE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/log/epoch_sink.h"
#include "daemon/log/kafka/kafka_producer.h"
#include "daemon/model/front_stats.h"

namespace gmewatch {

class KafkaLane final : public EpochSink {
 public:
  // Both must outlive it. `writer`: 16 random bytes that no other lane has.
  KafkaLane(KafkaProducer& producer, Clock& clock, int32_t partition, std::string writer);

  absl::Status Append(uint64_t number, const Epoch& epoch) override;

  struct State {
    // Since when nothing has been confirmed although something was to be written; absent: the last
    // write was confirmed, and none is under way.
    std::optional<absl::Duration> waiting_since;
    std::optional<absl::Duration> last_confirmed;  // both by Clock::Monotonic
    LogWriteStats writes;
  };
  State state() const;

 private:
  void NoteWrite(absl::Duration begin, bool ok);

  KafkaProducer& producer_;
  Clock& clock_;
  const int32_t partition_;
  const std::string writer_;
  RejectedByReason rejected_{};  // confirmed so far
  std::string record_;           // its memory is used again

  mutable absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_LANE_H_
