// Where the fields of a YAML text are, for errors about their values.
//
// Thread safety: safe for reading. It keeps a copy of the file's name, nothing of the text.
#ifndef GMEWATCH_DAEMON_BASE_YAML_FIELDS_H_
#define GMEWATCH_DAEMON_BASE_YAML_FIELDS_H_

#include <cstddef>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

// What a text may have.
inline constexpr size_t kYamlBytesMax = size_t{4} << 20;
inline constexpr size_t kYamlValuesMax = 200'000;
inline constexpr size_t kYamlDepthMax = 32;

// Both count from 1; the column counts bytes.
struct YamlPosition {
  int line = 1;
  int column = 1;
};

// InvalidArgument "FILE:LINE:COLUMN: what".
absl::Status YamlError(absl::string_view file, YamlPosition position, absl::string_view what);

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

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_YAML_FIELDS_H_
