// The shared log as one counter uses it: the connection to it, the thread that counts what it has,
// what the counter writes itself, and the wait for what was acknowledged until now.
//
// Thread safety: Connect, CheckTopic and Stop from one thread at a time; the rest from any. Errors
// of Connect and CheckTopic: Unavailable, no broker answered: a later call may succeed; any other
// means that the log is not the one that was counted, and says what to do. Later errors of that
// kind go to `fail`.
#ifndef GMEWATCH_DAEMON_COUNTER_LOG_H_
#define GMEWATCH_DAEMON_COUNTER_LOG_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/base/clock.h"
#include "daemon/log/kafka/kafka_layout.h"
#include "daemon/log/kafka/kafka_producer.h"
#include "daemon/log/kafka/kafka_settings.h"
#include "daemon/log_follower.h"
#include "daemon/marker_writer.h"
#include "daemon/model/shared_log_stats.h"
#include "daemon/read_barrier.h"

namespace gmewatch {

struct CounterLogParts {
  // After a record was counted, on the follower's thread.
  std::function<void(const Epoch& epoch, const std::vector<Verdict>& verdicts)> counted;
  std::function<void(const absl::Status&)> fail;
  std::function<void()> alive;
};

class CounterLog {
 public:
  // `aggregate` has the state to go on from; it and `clock` must outlive the log.
  CounterLog(KafkaSettings settings, Aggregate& aggregate, Clock& clock, CounterLogParts parts);
  CounterLog(const CounterLog&) = delete;
  CounterLog& operator=(const CounterLog&) = delete;
  // Stops.
  ~CounterLog();

  void SetPolicy(const internal::Policy& policy);
  // From now on sessions of one batch are to be forgotten sooner, or not.
  void SetSessionsScarce(bool scarce) { sessions_scarce_ = scarce; }

  // Checks the topic, and that it is the one that `from` are positions in, then begins to count.
  // REQUIRES: it has not succeeded before, and SetPolicy was called.
  absl::Status Connect(const std::vector<PartitionRow>& from);
  bool connected() const { return connected_; }
  // Whether the topic still is what it was; reads how long it keeps records.
  absl::Status CheckTopic();

  // Returns when everything that was acknowledged before the call is counted. DeadlineExceeded or
  // Unavailable with words if that takes longer than `most`.
  absl::Status Await(absl::Duration most);
  void Show(const std::vector<Place>& places, const std::vector<int32_t>& codes);

  // `saved`: when the positions were last saved; a counter that is away goes on from there.
  SharedLogStats Stats(std::optional<absl::Time> saved) const;
  // What was acknowledged longer ago is counted; absent before the first Await that succeeded.
  std::optional<absl::Duration> behind() const;
  uint64_t records() const { return records_; }
  uint64_t failed_waits() const;

  // No wait succeeds after it.
  void StopWaits();
  // Nor is any record counted.
  void Stop();

 private:
  absl::Status Apply(const KafkaRecord& at, Epoch epoch);
  void NoteWait(absl::Duration took, bool ok);

  const KafkaSettings settings_;
  Aggregate& aggregate_;
  Clock& clock_;
  const CounterLogParts parts_;
  std::atomic<bool> sessions_scarce_{false};
  std::atomic<bool> connected_{false};
  std::atomic<uint64_t> records_{0};
  std::vector<Verdict> verdicts_;  // for the follower's thread

  mutable absl::Mutex mutex_;
  internal::Policy policy_ ABSL_GUARDED_BY(mutex_);
  bool shared_ ABSL_GUARDED_BY(mutex_) = false;
  ReadWaitStats waits_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Duration> retention_ ABSL_GUARDED_BY(mutex_);
  std::string why_not_connected_ ABSL_GUARDED_BY(mutex_) = "the brokers were not asked yet";

  // Set by Connect, and not changed any more once connected().
  std::optional<KafkaLayout> layout_;
  std::unique_ptr<MarkerWriter> writer_;
  std::unique_ptr<ReadBarrier> barrier_;
  std::unique_ptr<KafkaProducer> producer_;  // its reports go to the writer
  std::unique_ptr<LogFollower> follower_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_COUNTER_LOG_H_
