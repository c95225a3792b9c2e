// A program that a test starts, watches and ends. It ends with the test process, however that ends.
//
// Thread safety: none. Errors: absl::Status with the program's name.
#ifndef GMEWATCH_TESTS_SUPPORT_CHILD_PROCESS_H_
#define GMEWATCH_TESTS_SUPPORT_CHILD_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {

struct ChildOptions {
  // The largest file that it may write, in bytes; 0: no limit. A write beyond it fails with EFBIG.
  uint64_t file_bytes_max = 0;
  // The most descriptors that it may have open; 0: as many as this process.
  uint64_t open_files_max = 0;
  // The most address space that it may have, in bytes; 0: as much as this process.
  uint64_t address_space_max = 0;
  // Standard output or error goes to this descriptor instead of a file; -1: to the file.
  int output_fd = -1;
  int error_fd = -1;
  // Variables that are added to the environment or replaced there, as NAME=VALUE.
  std::vector<std::string> environment;
};

class ChildProcess {
 public:
  // `arguments` do not have the program's name. Standard output and error go to files, which
  // output() and error() read.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(const std::string& program,
                                                             std::vector<std::string> arguments,
                                                             const ChildOptions& options = {});
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  // Kills it if it still runs.
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  void Signal(int signal) const;
  // The exit status, or 128 + the signal that ended it; -1 if it still runs after `timeout`.
  int Wait(absl::Duration timeout = absl::Seconds(30));

  // All that it has written so far.
  std::string output() const;
  std::string error() const;
  // Waits until standard output (or error) contains `text`; false if the program ends or `timeout`
  // passes before.
  bool AwaitOutput(absl::string_view text, absl::Duration timeout = absl::Seconds(30));
  bool AwaitError(absl::string_view text, absl::Duration timeout = absl::Seconds(30));

 private:
  ChildProcess(pid_t pid, std::unique_ptr<TempDir> dir) : pid_(pid), dir_(std::move(dir)) {}
  bool AwaitText(const char* file, absl::string_view text, absl::Duration timeout);
  // Returns whether it has ended; keeps its status.
  bool Reap();

  const pid_t pid_;
  const std::unique_ptr<TempDir> dir_;
  int status_ = -1;
};

// The result of a program that has ended.
struct Ended {
  int status = -1;
  std::string output;
  std::string error;
};
Ended RunToEnd(const std::string& program, std::vector<std::string> arguments,
               const ChildOptions& options = {});

// The bytes of a file; empty if it cannot be read.
std::string ReadFile(const std::string& path);

// Polls other processes, which have no condition to wait for: pauses until a deadline has passed.
class Deadline {
 public:
  Deadline(absl::Duration timeout, absl::Duration pause);
  // Pauses and returns true; returns false at once after the deadline.
  bool PauseUnlessPassed() const;

 private:
  const absl::Time end_;
  const absl::Duration pause_;
};

// One pause, between calls or faults.
inline void Pause(absl::Duration pause) { Deadline(pause, pause).PauseUnlessPassed(); }

// Calls `done` until it returns true or `timeout` passes; returns its last result.
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
