// A YAML text as a tree of values with their positions, within bounds that hold for any bytes; the
// only user of yaml-cpp, whose exceptions end here.
//
// Plain data; a tree does not point to the text that it was read from.
// Limits: text and values below; nesting kYamlDepthMax. An alias is the same node again, so a tree
// may be smaller than what it spells out: who walks it must bound the walk. Nothing contains
// itself. Errors: InvalidArgument, "FILE:LINE:COLUMN: what, what is allowed": no YAML, broken
// UTF-8, a control character (escaped ones too), an explicit tag, several documents, beyond a
// limit.
#ifndef GMEWATCH_DAEMON_BASE_YAML_TREE_H_
#define GMEWATCH_DAEMON_BASE_YAML_TREE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

inline constexpr size_t kYamlBytesMax = size_t{4} << 20;
inline constexpr size_t kYamlValuesMax = 200'000;
inline constexpr size_t kYamlDepthMax = 32;

// Counted from 1; the column in bytes.
struct YamlPosition {
  int line = 1;
  int column = 1;
};

enum class YamlKind : uint8_t { kNull, kScalar, kList, kMap };

struct YamlNode {
  YamlKind kind = YamlKind::kNull;
  bool plain = false;  // a scalar without quotes and not in block form
  YamlPosition position;
  std::string text;              // of a scalar
  std::vector<size_t> children;  // indices; of a map key, value, key, value
};

struct YamlTree {
  std::vector<YamlNode> nodes;  // the first is the root; a text without a value has a null there
};

// `file` names the text in errors.
absl::StatusOr<YamlTree> ReadYamlTree(absl::string_view text, absl::string_view file);

// InvalidArgument "FILE:LINE:COLUMN: what".
absl::Status YamlError(absl::string_view file, YamlPosition position, absl::string_view what);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_YAML_TREE_H_
