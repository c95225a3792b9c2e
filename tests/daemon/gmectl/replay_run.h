// Runs `gmectl replay` over rows that a test makes.
//
// Thread safety: none, as standard input is replaced.
#ifndef GMEWATCH_TESTS_DAEMON_GMECTL_REPLAY_RUN_H_
#define GMEWATCH_TESTS_DAEMON_GMECTL_REPLAY_RUN_H_

#include <cstdint>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "daemon/gmectl/replay.h"
#include "tests/daemon/gmectl/run_command.h"

namespace gmewatch {

// Runs `gmectl replay` with `text` as standard input.
inline CommandResult Replay(const std::string& text, std::vector<std::string> arguments = {}) {
  arguments.emplace_back("-");
  std::istringstream in(text);
  std::streambuf* const before = std::cin.rdbuf(in.rdbuf());
  std::cin.clear();
  CommandResult result = RunCommand(&RunReplay, arguments);
  std::cin.rdbuf(before);
  return result;
}

inline std::vector<std::string> Lines(const std::string& text) {
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

// The tick of the first row, at ticks of `step` seconds.
inline int64_t FirstTick(int step) { return 1'424'986'000 / step; }

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_GMECTL_REPLAY_RUN_H_
