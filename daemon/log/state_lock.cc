#include "daemon/log/state_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "daemon/log/state_dir.h"

namespace gmewatch {
namespace {

// The process that holds the lock, according to the lock file.
std::string OwnerName(int fd) {
  std::array<char, 24> text{};
  const ssize_t n = pread(fd, text.data(), text.size(), 0);
  const absl::string_view line =
      absl::StripSuffix(absl::string_view(text.data(), n > 0 ? static_cast<size_t>(n) : 0), "\n");
  int64_t pid = 0;
  if (!absl::SimpleAtoi(line, &pid) || pid <= 0) return "another process (its id cannot be read)";
  return absl::StrCat("process ", pid);
}

absl::Status WriteOwner(int fd, absl::string_view path) {
  const std::string line = absl::StrCat(getpid(), "\n");
  if (ftruncate(fd, 0) != 0 || pwrite(fd, line.data(), line.size(), 0) < 0) {
    // On a full disk the lock is held all the same; only the process id is missing.
    if (errno != ENOSPC && errno != EDQUOT) return FileError("write", path, errno);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StateLock> StateLock::Acquire(const std::string& state_dir) {
  absl::Status prepared = PrepareStateDir(state_dir);
  if (!prepared.ok()) return prepared;
  const std::string path = absl::StrCat(state_dir, "/lock");
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return FileError("open", path, errno);
  StateLock lock(fd);
  int result = 0;
  do {
    result = flock(fd, LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result != 0) {
    if (errno != EWOULDBLOCK) return FileError("lock", path, errno);
    return absl::FailedPreconditionError(
        absl::StrCat("state directory ", state_dir, " is in use by ", OwnerName(fd)));
  }
  absl::Status written = WriteOwner(fd, path);
  if (!written.ok()) return written;
  return lock;
}

StateLock::StateLock(StateLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

StateLock& StateLock::operator=(StateLock&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

StateLock::~StateLock() {
  // Closing the only descriptor ends the lock. The file is not removed: a daemon that has it open
  // would then lock a file that no other daemon finds.
  if (fd_ >= 0) close(fd_);
}

}  // namespace gmewatch
