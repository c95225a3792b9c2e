// The terminal that a person looks at: whether there is one, and until when they want to.
#ifndef GMEWATCH_DAEMON_GMECTL_TERMINAL_H_
#define GMEWATCH_DAEMON_GMECTL_TERMINAL_H_

#include <csignal>
#include <ostream>

#include "absl/time/time.h"

namespace gmewatch {

struct Terminal {
  bool is_one = false;
  bool has_color = false;  // never where the environment has NO_COLOR, or TERM=dumb
};

// Of `out`, which is one only where it is the program's standard output.
Terminal TerminalOf(const std::ostream& out);

// While it lives Ctrl-C, TERM and HUP do not end the program but are for it to see.
//
// Thread safety: none. One at a time, in the thread that asks.
class EndRequest {
 public:
  EndRequest();
  EndRequest(const EndRequest&) = delete;
  EndRequest& operator=(const EndRequest&) = delete;
  ~EndRequest();

  bool IsMade() const;
  // Waits for it; whether it is made. At most `timeout`.
  bool Await(absl::Duration timeout);

 private:
  sigset_t signals_;
  sigset_t before_;
  bool is_taken_ = false;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_TERMINAL_H_
