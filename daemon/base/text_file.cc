#include "daemon/base/text_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

absl::StatusOr<std::string> ReadTextFile(const std::string& path, size_t bytes_max) {
  const auto error = [&path](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", why));
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             &std::fclose);
  if (file == nullptr) return error(std::generic_category().message(errno));
  std::string text(bytes_max + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return error(std::generic_category().message(errno));
  if (text.size() > bytes_max) {
    return error(absl::StrCat("has more than ", bytes_max, " bytes"));
  }
  return text;
}

absl::Status CheckSecretFile(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0 || (file.st_mode & S_IROTH) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path,
                   ": holds a secret, and every user of this machine may read it; take that "
                   "away with: chmod o-r ",
                   path));
}

absl::StatusOr<std::string> ReadSecretFile(const std::string& path, size_t bytes_max) {
  absl::Status status = CheckSecretFile(path);
  if (!status.ok()) return status;
  return ReadTextFile(path, bytes_max);
}

}  // namespace gmewatch
