#include "daemon/marker_writer.h"

#include <random>
#include <string>
#include <utility>

#include "daemon/base/log.h"
#include "daemon/session_room.h"

namespace gmewatch {
namespace {

WriterId NewWriter() {
  std::random_device device;
  const auto number = [&device] { return uint64_t{device()} << 32 | device(); };
  WriterId id;
  while (id.empty()) id = {number(), number()};
  return id;
}

}  // namespace

MarkerWriter::MarkerWriter(KafkaProducer& producer, Aggregate& aggregate, int32_t partitions,
                           std::function<void(const absl::Status&)> fail)
    : producer_(producer),
      aggregate_(aggregate),
      partitions_(partitions),
      fail_(std::move(fail)),
      id_(NewWriter()) {}

void MarkerWriter::WriteMarkers(uint64_t sequence, bool sessions_scarce) {
  const uint64_t sessions = aggregate_.session_count();
  for (int32_t i = 0; i < partitions_; ++i) {
    PartitionView view = aggregate_.ViewOf(i);
    Epoch epoch;
    epoch.shared.marker.emplace();
    epoch.shared.marker->sequence = sequence;
    epoch.shared.marker->sessions_known = sessions;
    epoch.shared.marker->check = view.check;
    epoch.shared.granted_codes = std::move(view.missing_grants);
    if (i == 0) epoch.shared.column_requests = aggregate_.TakeWantedColumns();
    epoch.once_horizon_ms =
        sessions_scarce ? absl::ToInt64Milliseconds(SessionRoom::kOnceHorizon) : 0;
    Write(i, &epoch);
  }
}

void MarkerWriter::Show(const std::vector<Place>& places, const std::vector<int32_t>& codes) {
  Epoch epoch;
  epoch.shown_places = places;
  epoch.shown_codes = codes;
  Write(0, &epoch);
}

void MarkerWriter::Write(int32_t partition, Epoch* epoch) {
  epoch->shared.writer = id_;
  std::string record;
  epoch->Serialize(&record);
  producer_.Produce(partition, record,
                    [this](const absl::StatusOr<int64_t>& offset) { Note(offset.status()); });
}

void MarkerWriter::Note(const absl::Status& status) {
  if (status.ok()) {
    if (said_failed_.exchange(false)) LogInfo("the counter writes to the log again");
    return;
  }
  if (!absl::IsResourceExhausted(status)) {
    fail_(status);
    return;
  }
  if (said_failed_.exchange(true)) return;
  LogWarning(
      "the counter cannot write to the log, which it must to show numbers; it needs the right "
      "Write on the topic",
      {{"error", std::string(status.message())}});
}

}  // namespace gmewatch
