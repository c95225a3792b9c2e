// The terminal that a person looks at, and the person's request to end.
#ifndef GMEWATCH_DAEMON_GMECTL_TERMINAL_H_
#define GMEWATCH_DAEMON_GMECTL_TERMINAL_H_

#include <csignal>
#include <ostream>

#include "absl/time/time.h"

namespace gmewatch {

struct Terminal {
  bool is_terminal = false;  // not a file or a pipe
  bool has_color = false;    // false too if the environment has NO_COLOR or TERM=dumb
};

// Describes `out`, which is a terminal only if it is the program's standard output.
Terminal TerminalOf(const std::ostream& out);

// While it lives, Ctrl-C, SIGTERM and SIGHUP do not end the program; it can ask for them instead.
//
// Thread safety: none. One object at a time, used by the thread that made it.
class EndRequest {
 public:
  EndRequest();
  EndRequest(const EndRequest&) = delete;
  EndRequest& operator=(const EndRequest&) = delete;
  ~EndRequest();

  bool IsRequested() const;
  // Waits for a request, at most `timeout`; returns whether there is one.
  bool Await(absl::Duration timeout);

 private:
  sigset_t signals_;
  sigset_t before_;
  bool is_received_ = false;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_TERMINAL_H_
