#include "tests/support/silent_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

// More connections than a queue of length 0 holds; Linux drops further SYNs.
constexpr int kFillers = 4;

int Socket(int family, int flags) {
  const int descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (descriptor < 0) std::abort();
  return descriptor;
}

}  // namespace

SilentListener::SilentListener(Kind kind, const std::string& host, int port) : host_(host) {
  sockaddr_in v4 = {};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  v4.sin_port = htons(static_cast<uint16_t>(port));
  sockaddr_in6 v6 = {};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  v6.sin6_port = htons(static_cast<uint16_t>(port));
  const bool is_v6 = host == "::1";
  const int family = is_v6 ? AF_INET6 : AF_INET;
  // The socket calls take every kind of address by this pointer type.
  auto* const generic = is_v6 ? reinterpret_cast<sockaddr*>(&v6) : reinterpret_cast<sockaddr*>(&v4);
  socklen_t length = is_v6 ? sizeof(v6) : sizeof(v4);
  const int listener = Socket(family, 0);
  sockets_.push_back(listener);
  const int backlog = kind == Kind::kAcceptsAndIsSilent ? 64 : 0;
  if (bind(listener, generic, length) != 0 || listen(listener, backlog) != 0 ||
      getsockname(listener, generic, &length) != 0) {
    std::abort();
  }
  port_ = ntohs(is_v6 ? v6.sin6_port : v4.sin_port);
  if (kind == Kind::kAcceptsAndIsSilent) return;
  for (int i = 0; i < kFillers; ++i) {
    sockets_.push_back(Socket(family, SOCK_NONBLOCK));
    // The result does not matter: the connection stays in the queue or waits for a place there.
    static_cast<void>(connect(sockets_.back(), generic, length));
  }
}

SilentListener::~SilentListener() {
  for (const int descriptor : sockets_) close(descriptor);
}

std::string SilentListener::address() const {
  return absl::StrCat(host_ == "::1" ? "[::1]" : host_, ":", port_);
}

}  // namespace gmewatch
