// A setting that names a file.
//
// Thread safety: a free function.
#ifndef GMEWATCH_DAEMON_CONFIG_CHECK_FILE_NAME_H_
#define GMEWATCH_DAEMON_CONFIG_CHECK_FILE_NAME_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/base/yaml_fields.h"

namespace gmewatch {

// InvalidArgument if the setting is given and empty: a name that a template left empty would mean
// something else.
inline absl::Status CheckFileName(const YamlFields& fields, absl::string_view path,
                                  const std::string& name) {
  if (!fields.Has(path) || !name.empty()) return absl::OkStatus();
  return fields.Error(path, absl::StrCat(path, " is empty; it must name a file or be left out"));
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CONFIG_CHECK_FILE_NAME_H_
