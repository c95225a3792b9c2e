#include "daemon/base/log.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>

#include "absl/base/attributes.h"
#include "absl/base/const_init.h"
#include "absl/base/thread_annotations.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/base/log_queue.h"

namespace gmewatch {
namespace {

bool IsPlain(absl::string_view value) {
  if (value.empty()) return false;
  for (const char c : value) {
    if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c >= 0x7f) return false;
  }
  return true;
}

// The state of standard error, which the process has one of.
std::atomic<LogQueue*> log_queue{nullptr};
ABSL_CONST_INIT absl::Mutex write_mutex(absl::kConstInit);
uint64_t dropped ABSL_GUARDED_BY(write_mutex) = 0;
uint64_t unreported ABSL_GUARDED_BY(write_mutex) = 0;  // of those dropped

// False if the line would have to wait for a reader. A line that cannot be written for another
// reason, such as a full disk, is not tried again: counting goes on.
bool WriteAtOnce(absl::string_view line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex) {
  const ssize_t sent = send(STDERR_FILENO, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0) return true;
  if (errno != ENOTSOCK) return errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS;
  // A pipe that is ready takes kLogLineBytesMax without waiting, as long as no other thread writes
  // in between.
  pollfd ready = {STDERR_FILENO, POLLOUT, 0};
  if (poll(&ready, 1, 0) == 0) return false;
  return write(STDERR_FILENO, line.data(), line.size()) >= 0 || errno != EAGAIN;
}

std::string LineOf(absl::string_view level, absl::string_view message,
                   std::initializer_list<LogField> fields) {
  RealClock clock;
  std::string line =
      absl::StrCat(absl::FormatTime("%E4Y-%m-%dT%H:%M:%E3SZ", clock.Now(), absl::UTCTimeZone()),
                   " ", level, " ", message);
  for (const auto& [key, value] : fields) {
    if (IsPlain(value)) {
      absl::StrAppend(&line, " ", key, "=", value);
    } else {
      absl::StrAppend(&line, " ", key, "=\"", absl::Utf8SafeCEscape(value), "\"");
    }
  }
  if (line.size() >= kLogLineBytesMax) line.resize(kLogLineBytesMax - 1);
  line.push_back('\n');
  return line;
}

std::string DroppedLine(uint64_t lines) {
  return LineOf("WARNING", "log lines were dropped: nobody read them",
                {{"lines", absl::StrCat(lines)}});
}

void Write(const std::string& line) {
  if (LogQueue* queue = log_queue.load(); queue != nullptr) {
    queue->Add(line);
    return;
  }
  absl::MutexLock lock(&write_mutex);
  if (unreported > 0 && WriteAtOnce(DroppedLine(unreported))) unreported = 0;
  if (unreported > 0 || !WriteAtOnce(line)) {
    ++dropped;
    ++unreported;
  }
}

}  // namespace

void LogInfo(absl::string_view message, std::initializer_list<LogField> fields) {
  Write(LineOf("INFO", message, fields));
}

void LogWarning(absl::string_view message, std::initializer_list<LogField> fields) {
  Write(LineOf("WARNING", message, fields));
}

void LogError(absl::string_view message, std::initializer_list<LogField> fields) {
  Write(LineOf("ERROR", message, fields));
}

void LogPlain(absl::string_view line) { Write(absl::StrCat(line, "\n")); }

void StartLogThread() {
  LogQueue* const started = LogQueue::Start(STDERR_FILENO, DroppedLine);
  log_queue.store(started);
}

void FlushLog(absl::Duration most) {
  if (LogQueue* queue = log_queue.load(); queue != nullptr) queue->Flush(most);
}

uint64_t DroppedLogLines() {
  const LogQueue* queue = log_queue.load();
  absl::MutexLock lock(&write_mutex);
  return dropped + (queue == nullptr ? 0 : queue->dropped());
}

}  // namespace gmewatch
