// Tells the service manager that started this process how it is, by the protocol of sd_notify(3): a
// datagram to the socket that NOTIFY_SOCKET names.
//
// Thread safety: Notify may be called from any thread. Errors are not reported: without a service
// manager there is nobody to tell, and one that hears nothing acts by itself.
#ifndef GMEWATCH_DAEMON_BASE_SERVICE_MANAGER_H_
#define GMEWATCH_DAEMON_BASE_SERVICE_MANAGER_H_

#include <sys/socket.h>
#include <sys/un.h>

#include "absl/strings/string_view.h"

namespace gmewatch {

class ServiceManager {
 public:
  // `socket` is a path, or a name that begins with "@" (an abstract socket). Empty or too long:
  // there is nobody to tell.
  explicit ServiceManager(absl::string_view socket);
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;
  ~ServiceManager();

  // `state` such as "READY=1". Never waits.
  void Notify(absl::string_view state) const;

 private:
  sockaddr_un address_{};
  socklen_t address_bytes_ = 0;
  int fd_ = -1;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_SERVICE_MANAGER_H_
