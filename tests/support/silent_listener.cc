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

int Socket(int flags) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (descriptor < 0) std::abort();
  return descriptor;
}

}  // namespace

SilentListener::SilentListener(Kind kind) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // The socket calls take every kind of address by this pointer type.
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const int listener = Socket(0);
  sockets_.push_back(listener);
  socklen_t length = sizeof(address);
  const int backlog = kind == Kind::kAcceptsAndIsSilent ? 64 : 0;
  if (bind(listener, generic, length) != 0 || listen(listener, backlog) != 0 ||
      getsockname(listener, generic, &length) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  if (kind == Kind::kAcceptsAndIsSilent) return;
  for (int i = 0; i < kFillers; ++i) {
    sockets_.push_back(Socket(SOCK_NONBLOCK));
    // The result does not matter: the connection stays in the queue or waits for a place there.
    static_cast<void>(connect(sockets_.back(), generic, length));
  }
}

SilentListener::~SilentListener() {
  for (const int descriptor : sockets_) close(descriptor);
}

std::string SilentListener::address() const { return absl::StrCat("127.0.0.1:", port_); }

}  // namespace gmewatch
