#include "daemon/log/state_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

absl::Status SystemError(absl::string_view what) { return absl::ErrnoToStatus(errno, what); }

absl::Status MakeDirectory(const std::string& path) {
  std::error_code error;
  // Only what is made here is closed to others; a directory that was there is its owner's business.
  if (std::filesystem::create_directories(path, error)) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  }
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat("state directory ", path, ": ", error.message()));
  }
  return absl::OkStatus();
}

std::string Holder(int file) {
  std::array<char, 32> text{};
  const ssize_t size = pread(file, text.data(), text.size() - 1, 0);
  const absl::string_view pid = absl::StripAsciiWhitespace(
      absl::string_view(text.data(), size > 0 ? static_cast<size_t>(size) : 0));
  return pid.empty() ? "another process" : absl::StrCat("process ", pid);
}

}  // namespace

absl::StatusOr<StateLock> StateLock::Acquire(const std::string& state_dir) {
  absl::Status made = MakeDirectory(state_dir);
  if (!made.ok()) return made;
  const std::string path = absl::StrCat(state_dir, "/lock");
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return SystemError(absl::StrCat("state directory ", state_dir, ": ", path));
  StateLock lock(file);
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return SystemError(path);
    return absl::FailedPreconditionError(
        absl::StrCat("state directory ", state_dir, " is in use by ", Holder(file)));
  }
  const std::string pid = absl::StrCat(getpid(), "\n");
  if (ftruncate(file, 0) != 0 ||
      pwrite(file, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return SystemError(path);
  }
  return lock;
}

StateLock::~StateLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace gmewatch
