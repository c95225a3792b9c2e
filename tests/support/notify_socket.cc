#include "tests/support/notify_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace gmewatch {

NotifySocket::NotifySocket(const std::string& name)
    : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy_n(name.begin(), std::min(name.size(), sizeof(address.sun_path) - 1), address.sun_path);
  const bool abstract = name.front() == '@';
  if (abstract) address.sun_path[0] = '\0';
  const auto size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (abstract ? 0 : 1));
  if (bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) != 0) std::abort();
}

NotifySocket::~NotifySocket() { close(fd_); }

std::string NotifySocket::Next(absl::Duration timeout) const {
  pollfd ready = {fd_, POLLIN, 0};
  if (poll(&ready, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout))) != 1) return "";
  std::string text(4096, '\0');
  const ssize_t bytes = recv(fd_, text.data(), text.size(), 0);
  text.resize(bytes > 0 ? static_cast<size_t>(bytes) : 0);
  return text;
}

}  // namespace gmewatch
