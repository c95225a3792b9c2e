// Fills a Protobuf message from a YAML text, by the message's schema: the types of its fields, and
// the defaults, ranges and former names that setting.proto declares for them.
//
// A mapping is a message, a list is a repeated field; a google.protobuf.Duration is written like
// 5ms, 10s or 24h. A message or list without a value (all of it commented out) is empty. Quoted
// text is a string and never a number. Checks beyond the schema are up to the caller, who reports
// with YamlFields::Error.
//
// Thread safety: free functions without state.
// Limits: those of yaml_fields.h. Errors: InvalidArgument, "FILE:LINE:COLUMN: what, and what is
// allowed", for the first fault: not YAML, invalid UTF-8, a control character (escaped ones too),
// an anchor, alias or explicit tag, a second document, an unknown or repeated field, a value of
// the wrong type or out of range. No error repeats the value of a string field: it may be a secret.
#ifndef GMEWATCH_DAEMON_BASE_YAML_MESSAGE_H_
#define GMEWATCH_DAEMON_BASE_YAML_MESSAGE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/base/yaml_fields.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/message.h"

namespace gmewatch {

// `file` names the text in errors. Fields that the text does not give have their defaults.
// REQUIRES: `message` is empty; its type has only fields of type bool, string, int32, uint32,
// uint64, Duration and messages of these, single or repeated, or a single double or enum, whose
// values have the names that the text has, and does not contain itself.
absl::StatusOr<YamlFields> ReadYamlMessage(absl::string_view text, absl::string_view file,
                                           google::protobuf::Message* message);

// Sets each field that has a default in the schema. REQUIRES: as ReadYamlMessage.
void SetDefaults(google::protobuf::Message* message);

inline absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_YAML_MESSAGE_H_
