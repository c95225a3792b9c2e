// Whether a person looks at the output on a terminal.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_GMECTL_TERMINAL_H_
#define GMEWATCH_DAEMON_GMECTL_TERMINAL_H_

#include <ostream>

namespace gmewatch {

struct Terminal {
  bool is_terminal = false;  // not a file or a pipe
  bool has_color = false;    // false too if the environment has NO_COLOR or TERM=dumb
};

// Describes `out`, which is a terminal only if it is the program's standard output.
Terminal TerminalOf(const std::ostream& out);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_TERMINAL_H_
