// Fills a Protobuf message from a YAML text, by the message's schema: the types of its fields, and
// the defaults, ranges and former names that setting.proto declares for them.
//
// A mapping is a message, a list is a repeated field; a google.protobuf.Duration is written like
// 5ms, 10s or 24h. A message or list without a value (all of it commented out) is empty. Quoted
// text is a string and never a number. Checks beyond the schema are up to the caller, who reports
// with YamlFields::Error.
//
// Thread safety: free functions; YamlFields
// is immutable and keeps a copy of the file's name, nothing of the text or the message.
// Limits: the constants below. Errors: InvalidArgument, "FILE:LINE:COLUMN: what, and what is
// allowed", for the first fault: not YAML, invalid UTF-8, a control character (escaped ones too),
// an anchor, alias or explicit tag, a second document, an unknown or repeated field, a value of
// the wrong type or out of range. No error repeats the value of a string field: it may be a secret.
#ifndef GMEWATCH_DAEMON_BASE_YAML_MESSAGE_H_
#define GMEWATCH_DAEMON_BASE_YAML_MESSAGE_H_

#include <cstddef>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/message.h"

namespace gmewatch {

inline constexpr size_t kYamlBytesMax = size_t{4} << 20;
inline constexpr size_t kYamlValuesMax = 200'000;
inline constexpr size_t kYamlDepthMax = 32;

// Both count from 1; the column counts bytes.
struct YamlPosition {
  int line = 1;
  int column = 1;
};

// The fields that a text gives, by path: "limits", "apps[0]", "apps[0].name"; "" is the whole text.
// It distinguishes a field with an explicit 0 from an absent one, which a proto3 message does not.
class YamlFields {
 public:
  explicit YamlFields(absl::string_view file) : file_(file) {}

  bool Has(absl::string_view path) const { return positions_.contains(path); }
  // The position of the field's value; for a field that the text does not give, that of the
  // nearest message around it.
  YamlPosition Position(absl::string_view path) const;
  absl::Status Error(absl::string_view path, absl::string_view what) const;

  // For the reader.
  void Add(const std::string& path, YamlPosition position) { positions_[path] = position; }

 private:
  std::string file_;
  absl::flat_hash_map<std::string, YamlPosition> positions_;
};

// `file` names the text in errors. Fields that the text does not give have their defaults.
// REQUIRES: `message` is empty; its type has only fields of type bool, string, int32, uint32,
// uint64, Duration and messages of these, single or repeated, or a single double, and does not
// contain itself.
absl::StatusOr<YamlFields> ReadYamlMessage(absl::string_view text, absl::string_view file,
                                           google::protobuf::Message* message);

// Sets each field that has a default in the schema. REQUIRES: as ReadYamlMessage.
void SetDefaults(google::protobuf::Message* message);

inline absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_YAML_MESSAGE_H_
