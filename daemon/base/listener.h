// TCP sockets that listen at HOST:PORT: at each address of the host, all with one port.
//
// Thread safety: none. Errors of Open: InvalidArgument, the text is no HOST:PORT; Unavailable, with
// the address and why it cannot be used.
#ifndef GMEWATCH_DAEMON_BASE_LISTENER_H_
#define GMEWATCH_DAEMON_BASE_LISTENER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "daemon/base/listen_address.h"

struct addrinfo;

namespace gmewatch {

class Listener {
 public:
  // No host listens at [::], which takes IPv4 too, or at 0.0.0.0 on a machine without IPv6.
  static absl::StatusOr<Listener> Open(absl::string_view address);
  Listener(Listener&& other) noexcept = default;
  Listener& operator=(Listener&& other) noexcept;
  // Closes the sockets.
  ~Listener();

  // Do not block and are not inherited.
  const std::vector<int>& sockets() const { return sockets_; }
  // The caller owns them from now on.
  std::vector<int> Release();

  // HOST:PORT, with the port that was taken.
  std::string address() const { return ToText(address_); }

 private:
  Listener() = default;
  absl::Status BindAll(const addrinfo* found);
  absl::Status Bind(const addrinfo& to);

  std::vector<int> sockets_;
  ListenAddress address_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_LISTENER_H_
