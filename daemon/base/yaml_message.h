// Fills a protobuf message from a YAML text, field by field, and says afterwards where each field
// stands.
//
// A mapping is a message, a list a repeated field; a google.protobuf.Duration is written like 5ms,
// 10s or 24h. A message or list without a value (all of it commented out) is empty. What is quoted
// is a string and never a number. What a field may hold beyond its type is the caller's to check,
// with YamlFields::Error.
//
// Thread safety: YamlFields is immutable. It keeps a copy of the file's name and nothing of the
// text or message. Limits: yaml_tree.h; kYamlValuesMax and kYamlBytesMax hold for what aliases
// spell out too. Errors: InvalidArgument, "FILE:LINE:COLUMN: what, what is allowed". No error
// repeats the value of a string field: it may be a secret.
#ifndef GMEWATCH_DAEMON_BASE_YAML_MESSAGE_H_
#define GMEWATCH_DAEMON_BASE_YAML_MESSAGE_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "daemon/base/yaml_tree.h"
#include "google/protobuf/message.h"

namespace gmewatch {

// The fields that a text gives, by path: "limits", "apps[0]", "apps[0].name"; "" is the text's
// whole value. proto3 does not tell an explicit 0 from an absent field; this does.
class YamlFields {
 public:
  explicit YamlFields(absl::string_view file) : file_(file) {}

  bool Has(absl::string_view path) const { return positions_.contains(path); }
  // Of the field's value; where the text does not give the field, of the nearest thing around it.
  YamlPosition Position(absl::string_view path) const;
  absl::Status Error(absl::string_view path, absl::string_view what) const {
    return YamlError(file_, Position(path), what);
  }

  // For the reader. False where the path is there already.
  bool Add(const std::string& path, YamlPosition position) {
    return positions_.emplace(path, position).second;
  }

 private:
  std::string file_;
  absl::flat_hash_map<std::string, YamlPosition> positions_;
};

// `file` names the text in errors. REQUIRES: `message` is empty; its type has only fields of type
// bool, string, int32, int64, uint32, uint64, Duration and messages of these, single or repeated,
// or a single double, and does not contain itself.
absl::StatusOr<YamlFields> ReadYamlMessage(absl::string_view text, absl::string_view file,
                                           google::protobuf::Message* message);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_YAML_MESSAGE_H_
