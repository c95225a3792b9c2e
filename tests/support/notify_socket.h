// The socket of a service manager that a test is: gets what a process tells it (sd_notify(3)).
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_SUPPORT_NOTIFY_SOCKET_H_
#define GMEWATCH_TESTS_SUPPORT_NOTIFY_SOCKET_H_

#include <string>

#include "absl/time/time.h"

namespace gmewatch {

class NotifySocket {
 public:
  // `name` is a path, or begins with "@": an abstract socket.
  explicit NotifySocket(const std::string& name);
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket();

  // The next message; empty if none comes within `timeout`.
  std::string Next(absl::Duration timeout) const;

 private:
  int fd_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_NOTIFY_SOCKET_H_
