// The outcome of one attempt to send a batch.
#ifndef GMEWATCH_CLIENT_SRC_OUTCOME_H_
#define GMEWATCH_CLIENT_SRC_OUTCOME_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"

namespace gmewatch::client {

struct Outcome {
  // The call's status; without an answer UNAVAILABLE, DEADLINE_EXCEEDED or CANCELLED.
  // INVALID_ARGUMENT also if an answer names the batch as rejected.
  absl::Status status;

  // Set if the call succeeded.
  uint64_t acknowledged_sequence = 0;
  std::optional<absl::Duration> min_interval;

  // Set if the call failed and the server asked for a pause (google.rpc.RetryInfo).
  std::optional<absl::Duration> retry_delay;
};

// The longest pause that a server can ask for; longer ones are cut to it.
inline constexpr absl::Duration kServerPauseMax = absl::Hours(1);

absl::Duration ToDuration(const google::protobuf::Duration& duration);

// Reads the details of a failed call: google.rpc.RetryInfo into `retry_delay`; returns the
// violations of google.rpc.BadRequest ("session.app: ...; ..."), empty without any. Ignores
// bytes that are not a google.rpc.Status, because any server may have sent them.
std::string ReadErrorDetails(absl::string_view status_details,
                             std::optional<absl::Duration>* retry_delay);

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_OUTCOME_H_
