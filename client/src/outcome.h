// What became of one attempt to send a batch.
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
  // Of the call, or that of no answer: UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED. INVALID_ARGUMENT
  // also where an answer names the batch as refused.
  absl::Status status;

  // Of an answer.
  uint64_t acknowledged_sequence = 0;
  std::optional<absl::Duration> min_interval;

  // Of a failure: how long the server wants to be left alone (google.rpc.RetryInfo).
  std::optional<absl::Duration> retry_delay;
};

// Longest pause that a server can ask for; more is taken for nonsense.
inline constexpr absl::Duration kServerPauseMax = absl::Hours(1);

// Reads the details of a failed call: google.rpc.RetryInfo into `retry_delay`, the violations of
// google.rpc.BadRequest into the text that is returned ("session.app: ...; ..."), empty where there
// are none. Bytes that are no google.rpc.Status are ignored: they come from strangers.
std::string ReadErrorDetails(absl::string_view status_details,
                             std::optional<absl::Duration>* retry_delay);

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_OUTCOME_H_
