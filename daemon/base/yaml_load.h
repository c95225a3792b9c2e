// Loads a YAML text as yaml-cpp's tree, whose nodes know their positions, within bounds that hold
// for any bytes. For yaml_message.cc only: the exceptions of yaml-cpp end here.
//
// Thread safety: free functions. Limits: those of yaml_fields.h. Errors: InvalidArgument,
// "FILE:LINE:COLUMN: what, and what is allowed", for the first fault: not YAML, invalid UTF-8, a
// control character (escaped ones too), an anchor, alias or explicit tag, a second document, a text
// beyond a limit.
#ifndef GMEWATCH_DAEMON_BASE_YAML_LOAD_H_
#define GMEWATCH_DAEMON_BASE_YAML_LOAD_H_

#include <yaml-cpp/yaml.h>

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "daemon/base/yaml_fields.h"

namespace gmewatch {

// The whole value of the text; null if it has no value. Without aliases a tree is no larger than
// its text and contains no circle. `file` names the text in errors. A quoted scalar has the tag
// "!".
absl::StatusOr<YAML::Node> LoadYaml(absl::string_view text, absl::string_view file);

YamlPosition YamlPositionOf(const YAML::Mark& mark);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_YAML_LOAD_H_
