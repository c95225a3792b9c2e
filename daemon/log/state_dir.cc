#include "daemon/log/state_dir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

std::string ErrorText(int error) { return std::generic_category().message(error); }

absl::Status CannotUse(const std::string& path, absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat("state directory ", path, " ", why));
}

absl::Status MakeDirectories(const std::string& path) {
  // The parents first: "/a/b" makes "/a", then "/a/b".
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST && errno != EISDIR) {
      return CannotUse(path, absl::StrCat("cannot be created: ", part, ": ", ErrorText(errno)));
    }
    if (end == std::string::npos) return absl::OkStatus();
  }
}

}  // namespace

absl::Status PrepareStateDir(const std::string& state_dir) {
  if (state_dir.empty()) {
    return absl::FailedPreconditionError("the path of the state directory is empty");
  }
  struct stat found {};
  if (stat(state_dir.c_str(), &found) != 0) {
    if (errno != ENOENT) return CannotUse(state_dir, ErrorText(errno));
    absl::Status made = MakeDirectories(state_dir);
    if (!made.ok()) return made;
    // A name is as durable as the directory that contains it. Syncing the last one is enough:
    // parents that were created just now have no other contents.
    return SyncDirectory(absl::StrCat(state_dir, "/.."));
  }
  if (!S_ISDIR(found.st_mode)) return CannotUse(state_dir, "is not a directory");
  if (access(state_dir.c_str(), R_OK | W_OK | X_OK) != 0) {
    return CannotUse(state_dir, absl::StrCat("is not writable: ", ErrorText(errno)));
  }
  return absl::OkStatus();
}

absl::Status PrepareStateFile(const std::string& path) {
  // An existing file is not opened: closing a second descriptor of an SQLite file would drop this
  // process's locks on it.
  const int fd = open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) {
    close(fd);
    return absl::OkStatus();
  }
  if (errno != EEXIST || access(path.c_str(), R_OK | W_OK) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is not writable: ", ErrorText(errno)));
  }
  return absl::OkStatus();
}

absl::Status FileError(absl::string_view what, absl::string_view path, int error) {
  const std::string message = absl::StrCat("cannot ", what, " ", path, ": ", ErrorText(error));
  if (error == EACCES || error == EROFS || error == EPERM || error == EISDIR || error == ELOOP) {
    return absl::FailedPreconditionError(message);
  }
  return absl::InternalError(message);
}

absl::Status SyncDirectory(const std::string& directory) {
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  if (synced) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("cannot sync directory ", directory, ": ", ErrorText(error)));
}

}  // namespace gmewatch
