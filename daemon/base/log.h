// Log lines on standard error: one for each change of the daemon's state, never one per event.
//
//   LogInfo("recovered", {{"epochs", absl::StrCat(n)}});
//   2026-01-02T03:04:05.678Z INFO recovered epochs=12
//
// A message is a lower-case fact; the fields are its values. Values are quoted and escaped where
// they could be misread, so one call is always one line. Thread safe.
//
// Logging waits for nobody. After StartLogThread lines go through a LogQueue; before, and in
// programs without that thread, a line is one write(2), and what a pipe, socket or terminal does
// not take at once is dropped. What is dropped is counted, and a line with their number follows.
// Limits: the part of a line beyond kLogLineBytesMax is cut off.
#ifndef GMEWATCH_DAEMON_BASE_LOG_H_
#define GMEWATCH_DAEMON_BASE_LOG_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gmewatch {

// A pipe that has room takes as many bytes at once (PIPE_BUF).
inline constexpr size_t kLogLineBytesMax = 4096;

using LogField = std::pair<absl::string_view, std::string>;

void LogInfo(absl::string_view message, std::initializer_list<LogField> fields = {});
void LogWarning(absl::string_view message, std::initializer_list<LogField> fields = {});
void LogError(absl::string_view message, std::initializer_list<LogField> fields = {});

// A line as it is, without time and level.
void LogPlain(absl::string_view line);

// From now on a thread of its own writes the lines, as long as the process lives. Call it once.
void StartLogThread();
// Waits until the thread has written every line, for `most` at most.
void FlushLog(absl::Duration most);

// How many lines were dropped since the start of the process.
uint64_t DroppedLogLines();

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_LOG_H_
