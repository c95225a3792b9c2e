#include "daemon/base/service_manager.h"

#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace gmewatch {

ServiceManager::ServiceManager(absl::string_view socket) {
  if (socket.empty() || socket.size() >= sizeof(address_.sun_path)) return;
  if (socket.front() != '/' && socket.front() != '@') return;
  address_.sun_family = AF_UNIX;
  std::copy(socket.begin(), socket.end(), address_.sun_path);
  const bool abstract = socket.front() == '@';
  if (abstract) address_.sun_path[0] = '\0';
  // The name of an abstract socket ends with the address, a path with a zero.
  address_bytes_ =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket.size() + (abstract ? 0 : 1));
  fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

ServiceManager::~ServiceManager() {
  if (fd_ >= 0) close(fd_);
}

void ServiceManager::Notify(absl::string_view state) const {
  if (fd_ < 0) return;
  sendto(fd_, state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
         reinterpret_cast<const sockaddr*>(&address_), address_bytes_);
}

}  // namespace gmewatch
