// One line on standard error for a change of the daemon's state; never one for an event.
//
//   LogInfo("recovered", {{"epochs", absl::StrCat(n)}});
//   2026-01-02T03:04:05.678Z INFO recovered epochs=12
//
// Values from outside are quoted and escaped, so a line stays a line. Thread safe: a line is one
// write(2).
#ifndef GMEWATCH_DAEMON_BASE_LOG_H_
#define GMEWATCH_DAEMON_BASE_LOG_H_

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace gmewatch {

using LogField = std::pair<absl::string_view, std::string>;

void LogInfo(absl::string_view message, std::initializer_list<LogField> fields = {});
void LogWarning(absl::string_view message, std::initializer_list<LogField> fields = {});
void LogError(absl::string_view message, std::initializer_list<LogField> fields = {});

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_LOG_H_
