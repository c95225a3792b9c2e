#include "tests/support/temp_dir.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace gmewatch {

TempDir::TempDir() : TempDir(std::filesystem::temp_directory_path().string()) {}

TempDir::TempDir(const std::string& parent) : path_(absl::StrCat(parent, "/gmewatch_XXXXXX")) {
  if (mkdtemp(path_.data()) == nullptr) {
    std::fprintf(stderr, "cannot make a directory in %s: %s\n", parent.c_str(),
                 std::strerror(errno));  // NOLINT(concurrency-mt-unsafe): the program ends
    std::abort();
  }
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::File(absl::string_view name) const { return absl::StrCat(path_, "/", name); }

std::string TempDir::Write(absl::string_view name, absl::string_view text) const {
  std::ofstream(File(name), std::ios::binary) << text;
  // It may hold a secret.
  std::filesystem::permissions(
      File(name), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return File(name);
}

}  // namespace gmewatch
