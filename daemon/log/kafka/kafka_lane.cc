#include "daemon/log/kafka/kafka_lane.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/log/kafka/kafka_record.h"
#include "gmewatch/internal/log_record.pb.h"

namespace gmewatch {

KafkaLane::KafkaLane(KafkaProducer& producer, Clock& clock, int32_t partition, std::string writer)
    : producer_(producer), clock_(clock), partition_(partition), writer_(std::move(writer)) {}

absl::Status KafkaLane::Append(uint64_t /*number*/, const Epoch& epoch) {
  epoch.Serialize(&record_);
  // Fields that follow add to those before: the sum for each reason is what was rejected so far.
  internal::EpochRecord more;
  more.set_writer(writer_);
  for (size_t i = 0; i < kRejectReasons; ++i) {
    if (rejected_[i].batches == 0 && rejected_[i].events == 0) continue;
    internal::RejectedRecord* sum = more.add_rejected();
    sum->set_reason(static_cast<uint32_t>(i));
    sum->set_batches(rejected_[i].batches);
    sum->set_events(rejected_[i].events);
  }
  more.AppendToString(&record_);
  if (record_.size() > kKafkaRecordBytesMax) {
    return absl::InternalError(absl::StrCat("an epoch of ", record_.size(),
                                            " bytes is larger than a record may be, ",
                                            kKafkaRecordBytesMax));
  }
  const absl::Duration begin = clock_.Monotonic();
  {
    absl::MutexLock lock(&mutex_);
    if (!state_.waiting_since.has_value()) state_.waiting_since = begin;
  }
  const absl::StatusOr<int64_t> offset = producer_.Write(partition_, record_);
  NoteWrite(begin, offset.ok());
  if (!offset.ok()) return offset.status();
  // The committer puts what a failed epoch had into the next one, so only now it is written.
  for (size_t i = 0; i < kRejectReasons; ++i) {
    rejected_[i].batches += epoch.rejected[i].batches;
    rejected_[i].events += epoch.rejected[i].events;
  }
  return absl::OkStatus();
}

void KafkaLane::NoteWrite(absl::Duration begin, bool ok) {
  constexpr auto& kBuckets = LogWriteStats::kBucketsSeconds;
  const absl::Duration now = clock_.Monotonic();
  const auto bucket =
      std::lower_bound(kBuckets.begin(), kBuckets.end(), absl::ToDoubleSeconds(now - begin));
  absl::MutexLock lock(&mutex_);
  ++state_.writes.by_bucket[static_cast<size_t>(bucket - kBuckets.begin())];
  state_.writes.time_total += now - begin;
  if (!ok) {
    ++state_.writes.failed;
    return;
  }
  state_.waiting_since.reset();
  state_.last_confirmed = now;
}

KafkaLane::State KafkaLane::state() const {
  absl::MutexLock lock(&mutex_);
  return state_;
}

}  // namespace gmewatch
