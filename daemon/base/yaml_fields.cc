#include "daemon/base/yaml_fields.h"

#include "absl/strings/str_cat.h"

namespace gmewatch {

absl::Status YamlError(absl::string_view file, YamlPosition position, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(file, ":", position.line, ":", position.column, ": ", what));
}

YamlPosition YamlFields::Position(absl::string_view path) const {
  auto found = positions_.find(path);
  while (found == positions_.end() && !path.empty()) {
    const size_t end = path.find_last_of(".[");
    path = end == absl::string_view::npos ? "" : path.substr(0, end);
    found = positions_.find(path);
  }
  return found == positions_.end() ? YamlPosition{} : found->second;
}

absl::Status YamlFields::Error(absl::string_view path, absl::string_view what) const {
  return YamlError(file_, Position(path), what);
}

}  // namespace gmewatch
