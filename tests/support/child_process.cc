#include "tests/support/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace gmewatch {
namespace {

// All that a child needs to execute the program, made before the fork: the child must not allocate,
// because another thread of the parent may have held the allocator's lock.
struct Image {
  std::vector<std::string> arguments;  // the first is the program
  std::vector<std::string> environment;
  std::string out;
  std::string err;
  ChildOptions options;
};

std::string NameOf(absl::string_view variable) {
  return std::string(variable.substr(0, variable.find('=')));
}

// This process's environment with the variables of `added` added or replaced.
std::vector<std::string> EnvironmentWith(const std::vector<std::string>& added) {
  std::map<std::string, std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    variables[NameOf(*variable)] = *variable;
  }
  for (const std::string& variable : added) variables[NameOf(variable)] = variable;
  std::vector<std::string> all;
  all.reserve(variables.size());
  for (const auto& [name, variable] : variables) all.push_back(variable);
  return all;
}

// The form that exec takes: pointers into `texts`, and a null pointer at the end.
std::vector<char*> PointersTo(std::vector<std::string>* texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts->size() + 1);
  for (std::string& text : *texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

void Redirect(const char* path, int to) {
  const int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (file >= 0) dup2(file, to);
}

void Limit(__rlimit_resource_t resource, uint64_t most) {
  const rlimit limit = {most, most};
  setrlimit(resource, &limit);
}

// Runs in the child; allocates nothing.
[[noreturn]] void Become(const Image& image, char* const* arguments, char* const* environment) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (image.options.output_fd >= 0) {
    dup2(image.options.output_fd, STDOUT_FILENO);
  } else {
    Redirect(image.out.c_str(), STDOUT_FILENO);
  }
  if (image.options.error_fd >= 0) {
    dup2(image.options.error_fd, STDERR_FILENO);
  } else {
    Redirect(image.err.c_str(), STDERR_FILENO);
  }
  if (image.options.file_bytes_max > 0) {
    Limit(RLIMIT_FSIZE, image.options.file_bytes_max);
    std::signal(SIGXFSZ, SIG_IGN);
  }
  if (image.options.open_files_max > 0) Limit(RLIMIT_NOFILE, image.options.open_files_max);
  if (image.options.address_space_max > 0) Limit(RLIMIT_AS, image.options.address_space_max);
  execvpe(arguments[0], arguments, environment);
  _exit(127);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(
    const std::string& program, std::vector<std::string> arguments, const ChildOptions& options) {
  auto dir = std::make_unique<TempDir>();
  arguments.insert(arguments.begin(), program);
  Image image = {std::move(arguments), EnvironmentWith(options.environment), dir->File("out"),
                 dir->File("err"), options};
  const std::vector<char*> argv = PointersTo(&image.arguments);
  const std::vector<char*> envp = PointersTo(&image.environment);
  const pid_t pid = fork();
  if (pid < 0) return absl::ErrnoToStatus(errno, program);
  if (pid == 0) Become(image, argv.data(), envp.data());
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, std::move(dir)));
}

ChildProcess::~ChildProcess() {
  if (!Reap()) {
    Signal(SIGKILL);
    Wait();
  }
}

void ChildProcess::Signal(int signal) const {
  if (status_ < 0) kill(pid_, signal);
}

bool ChildProcess::Reap() {
  if (status_ >= 0) return true;
  int raw = 0;
  if (waitpid(pid_, &raw, WNOHANG) != pid_) return false;
  status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  return true;
}

int ChildProcess::Wait(absl::Duration timeout) {
  AwaitTrue([this] { return Reap(); }, timeout);
  return status_;
}

std::string ChildProcess::output() const { return ReadFile(dir_->File("out")); }

std::string ChildProcess::error() const { return ReadFile(dir_->File("err")); }

bool ChildProcess::AwaitText(const char* file, absl::string_view text, absl::Duration timeout) {
  const auto found = [&] { return absl::StrContains(ReadFile(dir_->File(file)), text); };
  AwaitTrue([&] { return found() || Reap(); }, timeout);
  return found();
}

bool ChildProcess::AwaitOutput(absl::string_view text, absl::Duration timeout) {
  return AwaitText("out", text, timeout);
}

bool ChildProcess::AwaitError(absl::string_view text, absl::Duration timeout) {
  return AwaitText("err", text, timeout);
}

Ended RunToEnd(const std::string& program, std::vector<std::string> arguments,
               const ChildOptions& options) {
  auto process = ChildProcess::Start(program, std::move(arguments), options);
  if (!process.ok()) return {-1, "", process.status().ToString()};
  const int status = (*process)->Wait();
  return {status, (*process)->output(), (*process)->error()};
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

Deadline::Deadline(absl::Duration timeout, absl::Duration pause)
    : end_(absl::Now() + timeout), pause_(pause) {}

bool Deadline::PauseUnlessPassed() const {
  if (absl::Now() >= end_) return false;
  absl::SleepFor(pause_);  // allow(sleep): other processes have no condition to wait for
  return true;
}

}  // namespace gmewatch
