#include "daemon/base/log.h"

#include <unistd.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"

namespace gmewatch {
namespace {

bool IsPlain(absl::string_view value) {
  if (value.empty()) return false;
  for (const char c : value) {
    if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c >= 0x7f) return false;
  }
  return true;
}

void Write(absl::string_view level, absl::string_view message,
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
  line.push_back('\n');
  // Counting goes on even if standard error cannot be written.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

void LogInfo(absl::string_view message, std::initializer_list<LogField> fields) {
  Write("INFO", message, fields);
}

void LogWarning(absl::string_view message, std::initializer_list<LogField> fields) {
  Write("WARNING", message, fields);
}

void LogError(absl::string_view message, std::initializer_list<LogField> fields) {
  Write("ERROR", message, fields);
}

}  // namespace gmewatch
