// The outcome of one attempt to send a batch.
#ifndef GMEWATCH_CLIENT_SRC_OUTCOME_H_
#define GMEWATCH_CLIENT_SRC_OUTCOME_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gmewatch::client {

struct Outcome {
  // The call's status; without an answer UNAVAILABLE, DEADLINE_EXCEEDED or CANCELLED.
  // INVALID_ARGUMENT also if an answer names the batch as rejected.
  absl::Status status;

  // gmewatchd has rejected the batch for good: INVALID_ARGUMENT with a reason of gmewatchd's. A
  // gateway may give the same status for reasons of its own; that rejects nothing.
  bool rejected = false;

  // Set if the call succeeded.
  uint64_t acknowledged_sequence = 0;
  std::optional<absl::Duration> min_interval;

  // Set if the call failed and the server asked for a pause (google.rpc.RetryInfo).
  std::optional<absl::Duration> retry_delay;
};

// The longest pause that a server can ask for; longer ones are cut to it.
inline constexpr absl::Duration kServerPauseMax = absl::Hours(1);

// What a ReportResponse says of the batch `sequence`. INTERNAL if the bytes are not one.
Outcome ReadAnswer(absl::string_view response, uint64_t sequence);

// What the server says of a batch that it did not take: the status of the call, with the bytes of
// its google.rpc.Status.
Outcome ReadFailure(absl::StatusCode code, std::string message, absl::string_view status_details);

// What the details of a failed call say.
struct ErrorDetails {
  std::optional<absl::Duration> retry_delay;  // google.rpc.RetryInfo
  std::string violations;                     // google.rpc.BadRequest: "session.app: ...; ..."
  bool has_bad_request = false;               // gmewatchd adds one to every INVALID_ARGUMENT
};

// Ignores bytes that are not a google.rpc.Status, because any server may have sent them.
ErrorDetails ReadErrorDetails(absl::string_view status_details);

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_OUTCOME_H_
