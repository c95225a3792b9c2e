// The JSON of the admin port, and its errors.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_JSON_H_
#define GMEWATCH_DAEMON_TRIAGE_JSON_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

// The message's JSON form as triage.proto describes it, with a line end behind it.
std::string JsonOf(const google::protobuf::Message& message);

// {"error": "..."}
std::string JsonError(absl::string_view what);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_JSON_H_
