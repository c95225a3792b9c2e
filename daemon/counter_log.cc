#include "daemon/counter_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/log.h"
#include "daemon/log/kafka/kafka_positions.h"
#include "daemon/log/kafka/kafka_topic.h"

namespace gmewatch {
namespace {

// How long a check waits for each answer: a stop waits for a check that is running.
constexpr absl::Duration kAnswerTime = absl::Seconds(5);
// The records before all positions.
constexpr absl::Duration kPositionsTime = absl::Seconds(20);

std::vector<KafkaPosition> PositionsOf(const std::vector<PartitionRow>& rows) {
  std::vector<KafkaPosition> positions;
  positions.reserve(rows.size());
  for (const PartitionRow& row : rows) positions.push_back({row.next_offset, row.time_ms});
  return positions;
}

}  // namespace

CounterLog::CounterLog(KafkaSettings settings, Aggregate& aggregate, Clock& clock,
                       CounterLogParts parts)
    : settings_(std::move(settings)),
      aggregate_(aggregate),
      clock_(clock),
      parts_(std::move(parts)) {}

CounterLog::~CounterLog() { Stop(); }

void CounterLog::SetPolicy(const internal::Policy& policy) {
  absl::MutexLock lock(&mutex_);
  policy_ = policy;
  if (shared_) aggregate_.SetPolicy(policy_);
}

absl::Status CounterLog::Connect(const std::vector<PartitionRow>& from) {
  absl::StatusOr<KafkaLayout> layout = CheckKafkaTopic(settings_, kAnswerTime);
  absl::Status status = layout.status();
  if (status.ok()) {
    absl::MutexLock lock(&mutex_);
    if (!shared_) {
      status =
          aggregate_.ShareLog(settings_.topic, static_cast<size_t>(layout->partitions()), policy_);
    }
    shared_ = shared_ || status.ok();
  }
  if (status.ok()) status = CheckKafkaPositions(settings_, PositionsOf(from), kPositionsTime);
  if (!status.ok()) {
    absl::MutexLock lock(&mutex_);
    why_not_connected_ = std::string(status.message());
    return status;
  }
  layout_.emplace(*std::move(layout));
  absl::StatusOr<std::unique_ptr<KafkaProducer>> producer = KafkaProducer::Start(settings_);
  if (!producer.ok()) return producer.status();
  producer_ = *std::move(producer);
  writer_ =
      std::make_unique<MarkerWriter>(*producer_, aggregate_, layout_->partitions(), parts_.fail);
  barrier_ = std::make_unique<ReadBarrier>(
      static_cast<size_t>(layout_->partitions()), clock_,
      [this](uint64_t round) { writer_->WriteMarkers(round, sessions_scarce_); });
  std::vector<int64_t> next(static_cast<size_t>(layout_->partitions()));
  for (const PartitionRow& row : from) next[static_cast<size_t>(row.partition)] = row.next_offset;
  LogFollowerParts follower;
  follower.apply = [this](const KafkaRecord& at, Epoch epoch) {
    return Apply(at, std::move(epoch));
  };
  follower.fail = parts_.fail;
  follower.alive = parts_.alive;
  connected_ = true;
  absl::StatusOr<std::unique_ptr<LogFollower>> started =
      LogFollower::Start(settings_, std::move(next), std::move(follower));
  if (!started.ok()) return started.status();
  follower_ = *std::move(started);
  LogInfo("counts the shared log", {{"topic", settings_.topic},
                                    {"partitions", absl::StrCat(layout_->partitions())},
                                    {"layout", layout_->id()}});
  return absl::OkStatus();
}

absl::Status CounterLog::CheckTopic() {
  absl::Status status = CheckKafkaTopicIs(settings_, *layout_, kAnswerTime);
  if (!status.ok()) return status;
  const absl::StatusOr<absl::Duration> retention = ReadKafkaRetention(settings_, kAnswerTime);
  if (!retention.ok()) return retention.status();
  absl::MutexLock lock(&mutex_);
  retention_ = *retention;
  return absl::OkStatus();
}

absl::Status CounterLog::Apply(const KafkaRecord& at, Epoch epoch) {
  absl::Status status =
      aggregate_.ApplyRecord({at.partition, at.offset, at.time_ms}, epoch, &verdicts_);
  if (!status.ok()) return status;
  ++records_;
  // Fronts have clocks of their own; what is shown of times follows that of the brokers.
  epoch.time_ms = at.time_ms;
  epoch.steady_ms = 0;
  parts_.counted(epoch, verdicts_);
  const SharedLogParts& shared = epoch.shared;
  if (shared.marker.has_value() && shared.writer == writer_->id()) {
    barrier_->Applied(at.partition, shared.marker->sequence);
  }
  return absl::OkStatus();
}

absl::Status CounterLog::Await(absl::Duration most) {
  const absl::Duration begin = clock_.Monotonic();
  absl::Status status;
  if (connected_) {
    status = barrier_->Wait(most);
  } else {
    absl::MutexLock lock(&mutex_);
    status =
        absl::UnavailableError(absl::StrCat("the counter waits for the log: ", why_not_connected_));
  }
  NoteWait(clock_.Monotonic() - begin, status.ok());
  return status;
}

void CounterLog::NoteWait(absl::Duration took, bool ok) {
  constexpr auto& kBuckets = ReadWaitStats::kBucketsSeconds;
  const auto bucket =
      std::lower_bound(kBuckets.begin(), kBuckets.end(), absl::ToDoubleSeconds(took));
  absl::MutexLock lock(&mutex_);
  ++waits_.by_bucket[static_cast<size_t>(bucket - kBuckets.begin())];
  waits_.time_total += took;
  if (!ok) ++waits_.failed;
}

void CounterLog::Show(const std::vector<Place>& places, const std::vector<int32_t>& codes) {
  if (connected_) writer_->Show(places, codes);
}

std::optional<absl::Duration> CounterLog::behind() const {
  if (!connected_) return std::nullopt;
  const std::optional<absl::Duration> applied = barrier_->applied_up_to();
  if (!applied.has_value()) return std::nullopt;
  return clock_.Monotonic() - *applied;
}

uint64_t CounterLog::failed_waits() const {
  absl::MutexLock lock(&mutex_);
  return waits_.failed;
}

SharedLogStats CounterLog::Stats(std::optional<absl::Time> saved) const {
  SharedLogStats out;
  out.behind = behind();
  out.replica_mismatches = aggregate_.replica_mismatches();
  int64_t oldest_ms = INT64_MAX;
  if (connected_) {
    for (int32_t i = 0; i < layout_->partitions(); ++i) {
      const PartitionView view = aggregate_.ViewOf(i);
      out.next_offsets.push_back(view.next_offset);
      if (view.time_ms != 0) oldest_ms = std::min(oldest_ms, view.time_ms);
    }
  }
  absl::MutexLock lock(&mutex_);
  out.waits = waits_;
  if (!retention_.has_value() || *retention_ == absl::InfiniteDuration() || !saved.has_value()) {
    return out;
  }
  const absl::Time oldest = std::min(*saved, absl::FromUnixMillis(oldest_ms));
  out.retention_left = std::max(*retention_ - (clock_.Now() - oldest), absl::ZeroDuration());
  return out;
}

void CounterLog::StopWaits() {
  if (connected_) barrier_->Stop();
}

void CounterLog::Stop() {
  StopWaits();
  if (follower_ != nullptr) follower_->Stop();
}

}  // namespace gmewatch
