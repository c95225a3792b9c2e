// Notices that the user or the system wants the program to end.
//
// Thread safety: none. One object at a time, used by the thread that made it.
#ifndef GMEWATCH_DAEMON_GMECTL_END_REQUEST_H_
#define GMEWATCH_DAEMON_GMECTL_END_REQUEST_H_

#include <csignal>

#include "absl/time/time.h"

namespace gmewatch {

// While it lives, Ctrl-C, SIGTERM and SIGHUP do not end the program; it can ask for them instead.
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

#endif  // GMEWATCH_DAEMON_GMECTL_END_REQUEST_H_
