#include "daemon/front_lanes.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>

#include "daemon/log/kafka/kafka_record.h"

namespace gmewatch {
namespace {

// A lane that has confirmed nothing in this time, although it should, is stalled. If one is and no
// other has written, load balancers are to send clients elsewhere.
constexpr absl::Duration kStalled = absl::Seconds(10);

// What one lane may have waiting: the fair part, but more than the largest batch takes, and less
// than a record.
constexpr size_t kLaneBytesMin = size_t{64} << 10;
constexpr size_t kLaneBytesMax = kKafkaRecordBytesMax / 4 * 3;

constexpr size_t kWriterBytes = 16;

std::string NewWriter() {
  std::random_device device;
  std::string out;
  while (out.size() < kWriterBytes) out.push_back(static_cast<char>(device() & 0xff));
  return out;
}

bool IsStalled(const KafkaLane::State& state, absl::Duration now) {
  return state.waiting_since.has_value() && now - *state.waiting_since > kStalled;
}

}  // namespace

FrontLanes::FrontLanes(const FrontLanesOptions& options, KafkaProducer& producer,
                       FrontSessions& sessions, Clock& clock, const Committer::FatalFn& fatal)
    : sessions_(sessions), clock_(clock), lanes_(options.lanes) {
  CommitterOptions committer;
  committer.commit_interval = options.commit_interval;
  committer.max_pending_bytes =
      std::clamp(options.max_pending_bytes / options.lanes, kLaneBytesMin, kLaneBytesMax);
  for (size_t i = 0; i < options.lanes; ++i) {
    lanes_[i].sink =
        std::make_unique<KafkaLane>(producer, clock, static_cast<int32_t>(i), NewWriter());
    lanes_[i].committer = std::make_unique<Committer>(
        *lanes_[i].sink, clock, committer, /*last_number=*/0, /*last_steady_ms=*/0,
        [this, i](uint64_t /*number*/, const Epoch& epoch, std::vector<Verdict>* verdicts) {
          OnWritten(i, epoch, verdicts);
        },
        fatal);
  }
}

void FrontLanes::OnWritten(size_t lane, const Epoch& epoch, std::vector<Verdict>* verdicts) {
  // Whether it is a duplicate only a counter knows; for its sender both mean that it is counted.
  const size_t batches = sessions_.Note(lane, epoch);
  verdicts->assign(batches, Verdict::kCounted);
  absl::MutexLock lock(&mutex_);
  batches_written_ += batches;
  for (size_t i = 0; i < kRejectReasons; ++i) {
    rejected_[i].batches += epoch.rejected[i].batches;
    rejected_[i].events += epoch.rejected[i].events;
  }
}

std::vector<Committer*> FrontLanes::committers() const {
  std::vector<Committer*> out;
  for (const Lane& lane : lanes_) out.push_back(lane.committer.get());
  return out;
}

absl::Status FrontLanes::Check() const {
  const absl::Duration now = clock_.Monotonic();
  bool stalled = false;
  for (const Lane& lane : lanes_) {
    const KafkaLane::State state = lane.sink->state();
    if (state.last_confirmed.has_value() && now - *state.last_confirmed <= kStalled) {
      return absl::OkStatus();
    }
    stalled |= IsStalled(state, now);
  }
  if (!stalled) return absl::OkStatus();
  return absl::UnavailableError("no partition of the log can be written");
}

bool FrontLanes::IsOneStalled() const {
  const absl::Duration now = clock_.Monotonic();
  return std::any_of(lanes_.begin(), lanes_.end(),
                     [now](const Lane& lane) { return IsStalled(lane.sink->state(), now); });
}

void FrontLanes::AddTo(FrontStats* stats) const {
  const absl::Duration now = clock_.Monotonic();
  stats->lanes = lanes_.size();
  for (const Lane& lane : lanes_) {
    const KafkaLane::State state = lane.sink->state();
    if (IsStalled(state, now)) ++stats->lanes_stalled;
    for (size_t i = 0; i < state.writes.by_bucket.size(); ++i) {
      stats->writes.by_bucket[i] += state.writes.by_bucket[i];
    }
    stats->writes.time_total += state.writes.time_total;
    stats->writes.failed += state.writes.failed;
    stats->pending_bytes += lane.committer->stats().pending_bytes;
  }
  absl::MutexLock lock(&mutex_);
  stats->batches_written = batches_written_;
  stats->rejected = rejected_;
}

void FrontLanes::Drain() {
  for (const Lane& lane : lanes_) lane.committer->Drain();
}

void FrontLanes::Stop() {
  for (const Lane& lane : lanes_) lane.committer->Stop();
}

}  // namespace gmewatch
