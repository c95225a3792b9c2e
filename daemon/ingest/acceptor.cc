#include "daemon/ingest/acceptor.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

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

int OpenSpare() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

void Set(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof(value));
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

int Acceptor::DescriptorsMax() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return INT_MAX;
  const rlim_t most = limit.rlim_cur - std::min(kDescriptorsKept, limit.rlim_cur / 4);
  return static_cast<int>(std::min<rlim_t>(most, INT_MAX));
}

Acceptor::Acceptor(Listener listener)
    : descriptors_max_(DescriptorsMax()),
      stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      spare_(OpenSpare()),
      listeners_(listener.Release()) {}

Acceptor::~Acceptor() {
  Stop();
  for (const int fd : {stop_, spare_}) {
    if (fd >= 0) close(fd);
  }
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
  pthread_setname_np(pthread_self(), "acceptor");
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
