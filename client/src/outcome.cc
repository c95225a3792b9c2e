#include "client/src/outcome.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/src/field_reader.h"

namespace gmewatch::client {
namespace {

constexpr absl::string_view kRetryInfoUrl = "type.googleapis.com/google.rpc.RetryInfo";
constexpr absl::string_view kBadRequestUrl = "type.googleapis.com/google.rpc.BadRequest";

// google.protobuf.Duration
absl::Duration ReadDuration(absl::string_view bytes) {
  absl::Duration duration;
  FieldReader fields(bytes);
  while (fields.Next()) {
    const auto number = static_cast<int64_t>(fields.number());
    if (fields.field() == 1) duration += absl::Seconds(number);
    if (fields.field() == 2) duration += absl::Nanoseconds(number);
  }
  return duration;
}

// The duration in field 1 of google.rpc.RetryInfo; nothing if the bytes are no message.
std::optional<absl::Duration> ReadRetryInfo(absl::string_view bytes) {
  absl::Duration delay;
  FieldReader fields(bytes);
  while (fields.Next()) {
    if (fields.field() == 1) delay = ReadDuration(fields.bytes());
  }
  if (!fields.whole()) return std::nullopt;
  return std::clamp(delay, absl::ZeroDuration(), kServerPauseMax);
}

void AddViolation(absl::string_view bytes, std::string* violations) {
  absl::string_view field;
  absl::string_view description;
  FieldReader fields(bytes);
  while (fields.Next()) {
    if (fields.field() == 1) field = fields.bytes();
    if (fields.field() == 2) description = fields.bytes();
  }
  absl::StrAppend(violations, violations->empty() ? "" : "; ", field, ": ", description);
}

void ReadDetail(absl::string_view any, ErrorDetails* details) {
  absl::string_view type_url;
  absl::string_view value;
  FieldReader fields(any);
  while (fields.Next()) {
    if (fields.field() == 1) type_url = fields.bytes();
    if (fields.field() == 2) value = fields.bytes();
  }
  if (type_url == kRetryInfoUrl) details->retry_delay = ReadRetryInfo(value);
  if (type_url != kBadRequestUrl) return;
  details->has_bad_request = true;
  FieldReader violations(value);
  while (violations.Next()) {
    if (violations.field() == 1) AddViolation(violations.bytes(), &details->violations);
  }
}

void ReadRejected(absl::string_view bytes, uint64_t sequence, Outcome* outcome) {
  uint64_t rejected = 0;
  absl::string_view reason;
  FieldReader fields(bytes);
  while (fields.Next()) {
    if (fields.field() == 1) rejected = fields.number();
    if (fields.field() == 2) reason = fields.bytes();
  }
  if (rejected != sequence) return;
  outcome->status = absl::InvalidArgumentError(reason);
  outcome->rejected = true;
}

}  // namespace

Outcome ReadAnswer(absl::string_view response, uint64_t sequence) {
  Outcome outcome;
  // An answer without min_interval asks for none.
  outcome.min_interval = absl::ZeroDuration();
  FieldReader fields(response);
  while (fields.Next()) {
    if (fields.field() == 1) outcome.acknowledged_sequence = fields.number();
    if (fields.field() == 2) outcome.min_interval = ReadDuration(fields.bytes());
    if (fields.field() == 3) ReadRejected(fields.bytes(), sequence, &outcome);
  }
  if (fields.whole()) return outcome;
  Outcome unreadable;
  unreadable.status = absl::InternalError(
      "the answer is no ReportResponse: check that the address is gmewatchd's or its proxy's");
  return unreadable;
}

Outcome ReadFailure(absl::StatusCode code, std::string message, absl::string_view status_details) {
  const ErrorDetails details = ReadErrorDetails(status_details);
  Outcome outcome;
  outcome.retry_delay = details.retry_delay;
  const std::string& violations = details.violations;
  // gmewatchd repeats the violations in the message; they are added only if it did not.
  if (!violations.empty() && message.find(violations) == std::string::npos) {
    absl::StrAppend(&message, message.empty() ? "" : " (", violations, message.empty() ? "" : ")");
  }
  if (code == absl::StatusCode::kInvalidArgument) {
    outcome.rejected = details.has_bad_request;
    if (!outcome.rejected) {
      absl::StrAppend(&message,
                      " (not from gmewatchd, which would name the field: a gateway before it "
                      "rejects the call; the batch is kept and sent again)");
    }
  }
  outcome.status = absl::Status(code, message);
  return outcome;
}

ErrorDetails ReadErrorDetails(absl::string_view status_details) {
  ErrorDetails details;
  FieldReader fields(status_details);
  while (fields.Next()) {
    if (fields.field() == 3) ReadDetail(fields.bytes(), &details);
  }
  return fields.whole() ? details : ErrorDetails();
}

}  // namespace gmewatch::client
