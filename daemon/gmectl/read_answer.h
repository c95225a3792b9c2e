// Reads the admin port's JSON into a message of triage.proto.
//
// Thread safety: free functions without state. Errors: INVALID_ARGUMENT, why it is not that JSON.
// Fields that a newer daemon adds are ignored.
#ifndef GMEWATCH_DAEMON_GMECTL_READ_ANSWER_H_
#define GMEWATCH_DAEMON_GMECTL_READ_ANSWER_H_

#include <google/protobuf/message.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

absl::Status ReadAnswer(absl::string_view json, google::protobuf::Message* to);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_READ_ANSWER_H_
