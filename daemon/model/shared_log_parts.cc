#include "daemon/model/shared_log_parts.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

std::string BytesOf(const WriterId& writer) {
  std::string bytes(WriterId::kBytes, '\0');
  std::memcpy(bytes.data(), &writer.a, sizeof(writer.a));
  std::memcpy(bytes.data() + sizeof(writer.a), &writer.b, sizeof(writer.b));
  return bytes;
}

absl::Status ReadWriter(absl::string_view bytes, WriterId* writer) {
  if (bytes.empty()) return absl::OkStatus();
  if (bytes.size() == WriterId::kBytes) {
    std::memcpy(&writer->a, bytes.data(), sizeof(writer->a));
    std::memcpy(&writer->b, bytes.data() + sizeof(writer->a), sizeof(writer->b));
    if (!writer->empty()) return absl::OkStatus();
  }
  return absl::DataLossError("the writer is not 16 random bytes");
}

void WriteMarker(const Marker& marker, internal::MarkerRecord* record) {
  record->set_sequence(marker.sequence);
  if (marker.sessions_known.has_value()) record->set_sessions_known(*marker.sessions_known);
  if (!marker.check.has_value()) return;
  internal::CheckRecord* check = record->mutable_check();
  check->set_offset(marker.check->offset);
  check->set_batches_counted(marker.check->batches_counted);
  check->set_batches_duplicate(marker.check->batches_duplicate);
  check->set_batches_rejected(marker.check->batches_rejected);
  check->set_events(marker.check->events);
  check->set_sessions(marker.check->sessions);
}

Marker ReadMarker(const internal::MarkerRecord& record) {
  Marker marker;
  marker.sequence = record.sequence();
  if (record.has_sessions_known()) marker.sessions_known = record.sessions_known();
  if (record.has_check()) {
    const internal::CheckRecord& check = record.check();
    marker.check = PartitionCheck{.offset = check.offset(),
                                  .batches_counted = check.batches_counted(),
                                  .batches_duplicate = check.batches_duplicate(),
                                  .batches_rejected = check.batches_rejected(),
                                  .events = check.events(),
                                  .sessions = check.sessions()};
  }
  return marker;
}

}  // namespace

void SharedLogParts::Inherit(const SharedLogParts& failed) {
  column_requests.insert(column_requests.end(), failed.column_requests.begin(),
                         failed.column_requests.end());
  granted_codes.insert(granted_codes.end(), failed.granted_codes.begin(),
                       failed.granted_codes.end());
}

void SharedLogParts::Write(internal::EpochRecord* record) const {
  if (!writer.empty()) record->set_writer(BytesOf(writer));
  if (marker.has_value()) WriteMarker(*marker, record->mutable_marker());
  for (const ColumnRequest& request : column_requests) {
    internal::ColumnRequestRecord* out = record->add_column_requests();
    out->set_code(request.code);
    out->set_app(request.app);
  }
  for (const int32_t code : granted_codes) record->add_granted_codes(code);
}

absl::Status SharedLogParts::Read(const internal::EpochRecord& record) {
  absl::Status status = ReadWriter(record.writer(), &writer);
  if (!status.ok()) return status;
  if (record.has_marker()) {
    if (writer.empty()) return absl::DataLossError("a marker has no writer");
    marker = ReadMarker(record.marker());
  }
  constexpr int kCodesMax = static_cast<int>(kCodeSlotsMax);
  if (record.column_requests_size() > kCodesMax || record.granted_codes_size() > kCodesMax) {
    return absl::DataLossError(
        absl::StrCat("it names more than the ", kCodesMax, " codes that have room"));
  }
  for (const internal::ColumnRequestRecord& request : record.column_requests()) {
    if (request.app().size() > kLabelBytesMax) {
      return absl::DataLossError("the app of a column request is too long");
    }
    column_requests.push_back({request.code(), request.app()});
  }
  granted_codes.assign(record.granted_codes().begin(), record.granted_codes().end());
  return absl::OkStatus();
}

}  // namespace gmewatch
