#include "daemon/model/shared_log_parts.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

void WriteMarker(const Marker& marker, internal::MarkerRecord* record) {
  record->set_sequence(marker.sequence);
  if (marker.sessions_known.has_value()) record->set_sessions_known(*marker.sessions_known);
  if (marker.check.has_value()) marker.check->Write(record->mutable_check());
}

Marker ReadMarker(const internal::MarkerRecord& record) {
  Marker marker;
  marker.sequence = record.sequence();
  if (record.has_sessions_known()) marker.sessions_known = record.sessions_known();
  if (record.has_check()) marker.check = PartitionCheck::Read(record.check());
  return marker;
}

}  // namespace

std::string WriterId::ToBytes() const {
  std::string bytes(kBytes, '\0');
  std::memcpy(bytes.data(), &a, sizeof(a));
  std::memcpy(bytes.data() + sizeof(a), &b, sizeof(b));
  return bytes;
}

absl::StatusOr<WriterId> WriterId::FromBytes(absl::string_view bytes) {
  WriterId writer;
  if (bytes.size() == kBytes) {
    std::memcpy(&writer.a, bytes.data(), sizeof(writer.a));
    std::memcpy(&writer.b, bytes.data() + sizeof(writer.a), sizeof(writer.b));
  }
  if (writer.empty()) return absl::DataLossError("the writer is not 16 random bytes");
  return writer;
}

void PartitionCheck::Write(internal::CheckRecord* record) const {
  record->set_offset(offset);
  record->set_batches_counted(batches_counted);
  record->set_batches_duplicate(batches_duplicate);
  record->set_batches_rejected(batches_rejected);
  record->set_events(events);
  record->set_sessions(sessions);
}

PartitionCheck PartitionCheck::Read(const internal::CheckRecord& record) {
  return {.offset = record.offset(),
          .batches_counted = record.batches_counted(),
          .batches_duplicate = record.batches_duplicate(),
          .batches_rejected = record.batches_rejected(),
          .events = record.events(),
          .sessions = record.sessions()};
}

void ColumnRequest::Write(internal::ColumnRequestRecord* record) const {
  record->set_code(code);
  record->set_app(app);
}

absl::StatusOr<ColumnRequest> ColumnRequest::Read(const internal::ColumnRequestRecord& record) {
  if (record.app().size() > kLabelBytesMax) {
    return absl::DataLossError("the app of a column request is too long");
  }
  return ColumnRequest{record.code(), record.app()};
}

void SharedLogParts::Inherit(const SharedLogParts& failed) {
  column_requests.insert(column_requests.end(), failed.column_requests.begin(),
                         failed.column_requests.end());
  granted_codes.insert(granted_codes.end(), failed.granted_codes.begin(),
                       failed.granted_codes.end());
}

void SharedLogParts::Write(internal::EpochRecord* record) const {
  if (!writer.empty()) record->set_writer(writer.ToBytes());
  if (marker.has_value()) WriteMarker(*marker, record->mutable_marker());
  for (const ColumnRequest& request : column_requests) request.Write(record->add_column_requests());
  for (const int32_t code : granted_codes) record->add_granted_codes(code);
}

absl::Status SharedLogParts::Read(const internal::EpochRecord& record) {
  if (!record.writer().empty()) {
    const absl::StatusOr<WriterId> read = WriterId::FromBytes(record.writer());
    if (!read.ok()) return read.status();
    writer = *read;
  }
  if (record.has_marker()) {
    if (writer.empty()) return absl::DataLossError("a marker has no writer");
    marker = ReadMarker(record.marker());
  }
  constexpr int kCodesMax = static_cast<int>(kCodeSlotsMax);
  if (record.column_requests_size() > kCodesMax || record.granted_codes_size() > kCodesMax) {
    return absl::DataLossError(
        absl::StrCat("it names more than the ", kCodesMax, " codes that have room"));
  }
  for (const internal::ColumnRequestRecord& each : record.column_requests()) {
    absl::StatusOr<ColumnRequest> request = ColumnRequest::Read(each);
    if (!request.ok()) return request.status();
    column_requests.push_back(*std::move(request));
  }
  granted_codes.assign(record.granted_codes().begin(), record.granted_codes().end());
  return absl::OkStatus();
}

}  // namespace gmewatch
