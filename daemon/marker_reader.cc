#include "daemon/marker_reader.h"

#include <utility>

#include "daemon/base/log.h"
#include "daemon/model/epoch.h"

namespace gmewatch {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(500);
constexpr absl::Duration kTryAgain = absl::Minutes(1);
// A marker is far smaller; most records of fronts need not be parsed.
constexpr size_t kMarkerBytesMax = 8192;

}  // namespace

absl::Status MarkerReader::Start(const KafkaSettings& settings) {
  absl::StatusOr<std::unique_ptr<KafkaTail>> tail = KafkaTail::Start(settings, /*partition=*/0);
  if (!tail.ok()) return tail.status();
  tail_ = *std::move(tail);
  task_.Start();
  return absl::OkStatus();
}

absl::Duration MarkerReader::RunOnce() {
  const absl::Status status =
      tail_->Poll(kPoll, [this](absl::string_view record) { Read(record); });
  if (status.ok()) return absl::ZeroDuration();
  if (!std::exchange(said_denied_, true)) {
    LogWarning(
        "a front without the right Read on the topic does not know how many sessions the counters "
        "know, and keeps limits.max_sessions for its own alone",
        {{"error", std::string(status.message())}});
  }
  return kTryAgain;
}

void MarkerReader::Read(absl::string_view record) {
  if (record.size() > kMarkerBytesMax) return;
  const absl::StatusOr<Epoch> epoch = Epoch::Parse(record);
  // What cannot be read is the business of counters.
  if (!epoch.ok() || !epoch->shared.marker.has_value()) return;
  if (epoch->shared.marker->sessions_known.has_value()) use_(*epoch->shared.marker->sessions_known);
}

}  // namespace gmewatch
