#include "daemon/base/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

// A free port of the first address may be taken at the second.
constexpr int kFreePortTries = 16;

absl::Status ErrnoStatus(absl::string_view what) {
  const int error = errno;
  const std::string text = absl::StrCat(what, ": ", std::generic_category().message(error));
  return error == EADDRINUSE ? absl::AlreadyExistsError(text) : absl::UnavailableError(text);
}

uint16_t PortOf(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

void SetPort(uint16_t port, sockaddr_storage* address) {
  if (address->ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(address)->sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in*>(address)->sin_port = htons(port);
  }
}

void Set(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof(value));
}

bool HasIpv6() {
  const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  const bool can = bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof(any)) == 0;
  close(fd);
  return can;
}

}  // namespace

absl::StatusOr<Listener> Listener::Open(absl::string_view address) {
  absl::StatusOr<ListenAddress> parsed = ParseListenAddress(address);
  if (!parsed.ok()) return parsed.status();
  if (parsed->host.empty()) parsed->host = HasIpv6() ? "::" : "0.0.0.0";
  const auto failed = [address](absl::string_view why) {
    return absl::UnavailableError(absl::StrCat("cannot listen at ", address, ": ", why));
  };
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(parsed->host.c_str(), absl::StrCat(parsed->port).c_str(), &hints, &found);
  if (error != 0) return failed(gai_strerror(error));
  const absl::Cleanup free_found = [found] { freeaddrinfo(found); };
  absl::Status status;
  for (int i = 0; i < kFreePortTries; ++i) {
    Listener listener;
    listener.address_ = *parsed;
    status = listener.BindAll(found);
    if (status.ok()) return listener;
    if (parsed->port != 0 || !absl::IsAlreadyExists(status)) break;
  }
  return failed(status.message());
}

Listener& Listener::operator=(Listener&& other) noexcept {
  std::swap(sockets_, other.sockets_);
  std::swap(address_, other.address_);
  return *this;
}

Listener::~Listener() {
  for (const int fd : sockets_) close(fd);
}

std::vector<int> Listener::Release() { return std::exchange(sockets_, {}); }

absl::Status Listener::BindAll(const addrinfo* found) {
  for (const addrinfo* to = found; to != nullptr; to = to->ai_next) {
    absl::Status status = Bind(*to);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Listener::Bind(const addrinfo& to) {
  const int fd = socket(to.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  // A machine without IPv6 may have an IPv6 address of localhost.
  const bool others = to.ai_next != nullptr || !sockets_.empty();
  if (fd < 0 && errno == EAFNOSUPPORT && others) return absl::OkStatus();
  if (fd < 0) return ErrnoStatus("no socket");
  sockaddr_storage address{};
  std::copy_n(reinterpret_cast<const char*>(to.ai_addr), to.ai_addrlen,
              reinterpret_cast<char*>(&address));
  if (address_.port != 0) SetPort(address_.port, &address);  // the one that the first address took
  Set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  // "[::]" takes IPv4 too.
  if (to.ai_family == AF_INET6) Set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), to.ai_addrlen) != 0 ||
      listen(fd, SOMAXCONN) != 0) {
    const bool not_here = errno == EADDRNOTAVAIL && others;
    absl::Status status = ErrnoStatus("cannot bind");
    close(fd);
    return not_here ? absl::OkStatus() : status;
  }
  sockets_.push_back(fd);
  address_.port = PortOf(fd);
  return absl::OkStatus();
}

}  // namespace gmewatch
