// A program run by a test: started, watched, ended. Ends with the test, whatever happens.
//
// Thread safety: none. Errors: as absl::Status, with the program's name.
#ifndef GMEWATCH_TESTS_SUPPORT_CHILD_PROCESS_H_
#define GMEWATCH_TESTS_SUPPORT_CHILD_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gmewatch {

struct ChildOptions {
  // Largest file that it may write, in bytes; 0: no limit. Beyond it a write fails with EFBIG, as
  // on a full quota.
  uint64_t file_bytes_max = 0;
  // More of the environment, as NAME=VALUE.
  std::vector<std::string> environment;
};

class ChildProcess {
 public:
  // `arguments` without the program's name. Standard output and error go to files that are kept for
  // output() and error().
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(const std::string& program,
                                                             std::vector<std::string> arguments,
                                                             const ChildOptions& options = {});
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  // Kills it if it still runs.
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  void Signal(int signal) const;
  // The exit status, or 128 + the signal that ended it; -1 where it still runs after `timeout`.
  int Wait(absl::Duration timeout = absl::Seconds(30));

  // All of it so far.
  std::string output() const;
  std::string error() const;
  // Waits until standard output (or error) has `text`; false where it ends, or `timeout` passes,
  // without.
  bool AwaitOutput(absl::string_view text, absl::Duration timeout = absl::Seconds(30));
  bool AwaitError(absl::string_view text, absl::Duration timeout = absl::Seconds(30));

 private:
  ChildProcess(pid_t pid, std::string dir) : pid_(pid), dir_(std::move(dir)) {}
  bool AwaitText(const char* file, absl::string_view text, absl::Duration timeout);
  // Whether it has ended; keeps its status.
  bool Reap();

  const pid_t pid_;
  const std::string dir_;
  int status_ = -1;
};

// A program that ran to its end.
struct Ended {
  int status = -1;
  std::string output;
  std::string error;
};
Ended RunToEnd(const std::string& program, std::vector<std::string> arguments,
               const ChildOptions& options = {});

// A directory that is there for a test and gone after it.
class TempDir {
 public:
  TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();
  const std::string& path() const { return path_; }
  std::string File(absl::string_view name) const;
  // Writes a file and returns its path.
  std::string Write(absl::string_view name, absl::string_view text) const;

 private:
  std::string path_;
};

// Whether there is time left, after a pause: other processes have no condition that could be waited
// for.
class Deadline {
 public:
  Deadline(absl::Duration timeout, absl::Duration pause);
  bool PauseUnlessPassed() const;

 private:
  const absl::Time end_;
  const absl::Duration pause_;
};

// Runs `done` again and again until it says true or `timeout` passes; what it said last.
template <typename Done>
bool AwaitTrue(Done done, absl::Duration timeout, absl::Duration pause = absl::Milliseconds(5)) {
  const Deadline deadline(timeout, pause);
  while (!done()) {
    if (!deadline.PauseUnlessPassed()) return done();
  }
  return true;
}

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_CHILD_PROCESS_H_
