// The JSON of the admin port, and its errors.
//
// Thread safety: free functions without state. Errors: InvalidArgument says what is allowed.
#ifndef GMEWATCH_DAEMON_TRIAGE_JSON_H_
#define GMEWATCH_DAEMON_TRIAGE_JSON_H_

#include <google/protobuf/message.h>

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

// As triage.proto says, with a line end behind it.
std::string JsonOf(const google::protobuf::Message& message);

// {"error": "..."}
std::string JsonError(absl::string_view what);

// `limit` of a query such as "limit=20"; kTopDefault where the query is empty.
inline constexpr size_t kTopDefault = 50;
inline constexpr size_t kTopMax = 200;
absl::StatusOr<size_t> LimitOf(absl::string_view query);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_JSON_H_
