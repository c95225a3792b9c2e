#ifndef GMEWATCH_TESTS_SUPPORT_TEMP_DIR_H_
#define GMEWATCH_TESTS_SUPPORT_TEMP_DIR_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

// A new empty directory of this object alone, so tests that run at the same time never share a
// file; the destructor deletes it with all that is in it. A directory that cannot be made ends the
// program.
class TempDir {
 public:
  // Below the system's directory for temporary files.
  TempDir();
  explicit TempDir(const std::string& parent);
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();
  const std::string& path() const { return path_; }
  std::string File(absl::string_view name) const;
  // Writes a file in it and returns its path.
  std::string Write(absl::string_view name, absl::string_view text) const;

 private:
  std::string path_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_TEMP_DIR_H_
