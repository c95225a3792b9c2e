#include "daemon/ingest/acceptor.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/clock.h"
#include "daemon/base/log.h"

namespace gmewatch {
namespace {

// For the admin port, the event log and reloads; a quarter of the limit if that is less.
constexpr rlim_t kDescriptorsKept = 64;

// The pause after an error that another attempt at once would meet again.
constexpr int kPauseMs = 100;

constexpr absl::Duration kNoteInterval = absl::Minutes(1);

int ConnectionDescriptorsMax() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return INT_MAX;
  const rlim_t most = limit.rlim_cur - std::min(kDescriptorsKept, limit.rlim_cur / 4);
  return static_cast<int>(std::min<rlim_t>(most, INT_MAX));
}

int OpenSpare() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

void Set(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof(value));
}

absl::Status ErrnoStatus(absl::string_view what) {
  return absl::UnavailableError(absl::StrCat(what, ": ", std::generic_category().message(errno)));
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

bool IsShortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

// Errors of one connection, which is gone; the next may be well (accept(2), "Error handling").
bool IsOfOneConnection(int error) {
  return error == EINTR || error == ECONNABORTED || error == EPROTO || error == EPERM ||
         error == ENETDOWN || error == ENETUNREACH || error == EHOSTDOWN || error == EHOSTUNREACH ||
         error == ENONET || error == ENOPROTOOPT || error == EOPNOTSUPP;
}

}  // namespace

Acceptor::Acceptor()
    : descriptors_max_(ConnectionDescriptorsMax()),
      stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      spare_(OpenSpare()) {}

Acceptor::~Acceptor() {
  Stop();
  for (const int fd : {stop_, spare_}) {
    if (fd >= 0) close(fd);
  }
}

absl::StatusOr<std::unique_ptr<Acceptor>> Acceptor::Listen(const std::string& host,
                                                           const std::string& port) {
  std::unique_ptr<Acceptor> self(new Acceptor);
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  const std::string name = brackets ? host.substr(1, host.size() - 2) : host;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(name.c_str(), port.c_str(), &hints, &found);
  if (error != 0) return absl::UnavailableError(gai_strerror(error));
  const absl::Cleanup free_found = [found] { freeaddrinfo(found); };
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    absl::Status status = self->AddListener(*address);
    if (!status.ok()) return status;
  }
  return self;
}

absl::Status Acceptor::AddListener(const addrinfo& address) {
  const int fd = socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  // A machine without IPv6 may have an IPv6 address of localhost.
  if (fd < 0 && errno == EAFNOSUPPORT && !listeners_.empty()) return absl::OkStatus();
  if (fd < 0) return ErrnoStatus("no socket");
  sockaddr_storage to{};
  std::copy_n(reinterpret_cast<const char*>(address.ai_addr), address.ai_addrlen,
              reinterpret_cast<char*>(&to));
  if (port_ != 0) SetPort(port_, &to);  // the one that the first address took
  Set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  // "[::]" takes IPv4 too.
  if (address.ai_family == AF_INET6) Set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&to), address.ai_addrlen) != 0 ||
      listen(fd, SOMAXCONN) != 0) {
    const bool not_here = errno == EADDRNOTAVAIL && !listeners_.empty();
    absl::Status status = ErrnoStatus("cannot bind");
    close(fd);
    return not_here ? absl::OkStatus() : status;
  }
  listeners_.push_back(fd);
  port_ = PortOf(fd);
  return absl::OkStatus();
}

void Acceptor::Start(TakeFn take) {
  take_ = std::move(take);
  thread_ = std::thread(&Acceptor::Run, this);
}

void Acceptor::Stop() {
  if (thread_.joinable()) {
    eventfd_write(stop_, 1);
    thread_.join();
  }
  for (const int fd : listeners_) close(fd);
  listeners_.clear();
}

void Acceptor::Run() {
  std::vector<pollfd> watched = {{stop_, POLLIN, 0}};
  for (const int fd : listeners_) watched.push_back({fd, POLLIN, 0});
  while (true) {
    poll(watched.data(), watched.size(), -1);
    if (watched.front().revents != 0) return;
    for (size_t i = 1; i < watched.size(); ++i) {
      if (watched[i].revents != 0) Accept(watched[i].fd);
    }
  }
}

void Acceptor::Accept(int listener) {
  const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0 && fd < descriptors_max_) {
    Set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    take_(fd);
    return;
  }
  if (fd >= 0) {
    close(fd);
    NoteShortage();
    return;
  }
  const int error = errno;
  if (error == EAGAIN || IsOfOneConnection(error)) return;
  if (IsShortage(error)) NoteShortage();
  if (IsShortage(error) && TurnOneAway(listener)) return;
  pollfd stop = {stop_, POLLIN, 0};
  poll(&stop, 1, kPauseMs);
}

bool Acceptor::TurnOneAway(int listener) {
  if (spare_ < 0) return false;
  close(spare_);
  const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd >= 0) close(fd);
  spare_ = OpenSpare();
  return fd >= 0;
}

void Acceptor::NoteShortage() {
  RealClock clock;
  const absl::Duration now = clock.Monotonic();
  if (now - last_noted_ < kNoteInterval) return;
  last_noted_ = now;
  LogError("new connections are closed: too many descriptors are open",
           {{"for_connections", absl::StrCat(descriptors_max_)}});
}

}  // namespace gmewatch
