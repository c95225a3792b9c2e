#include "tests/support/cutting_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"

namespace gmewatch {
namespace {

// How late a held answer may be passed on.
constexpr int kHeldPollMs = 5;

uint16_t PortOf(absl::string_view address) {
  uint32_t port = 0;
  const bool read = absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port);
  return read ? static_cast<uint16_t>(port) : uint16_t{0};
}

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool SendAll(int to, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void LimitSends(int socket) {
  const timeval timeout{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
}

}  // namespace

CuttingProxy::CuttingProxy(const std::string& target, const CuttingProxyOptions& options)
    : target_port_(PortOf(target)), options_(options), random_(options.seed) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int reuse = 1;  // connections of a test before may not have ended
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
  sockaddr_in address = Loopback(options.port);
  socklen_t size = sizeof(address);
  if (pipe(wake_) != 0 ||
      bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(listener_, SOMAXCONN) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  address_ = absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
  thread_ = std::thread(&CuttingProxy::Run, this);
}

CuttingProxy::~CuttingProxy() {
  close(wake_[1]);
  thread_.join();
  close(wake_[0]);
  close(listener_);
}

void CuttingProxy::SetLink(Link link) {
  link_ = link;
  if (write(wake_[1], "", 1) != 1) std::abort();
}

void CuttingProxy::Run() {
  while (Step()) {
  }
  while (!connections_.empty()) Drop(connections_.begin());
}

bool CuttingProxy::Step() {
  const Link link = link_;
  while (link == Link::kClosed && !connections_.empty()) Drop(connections_.begin());
  std::vector<pollfd> polled = {{wake_[0], POLLIN, 0}};
  if (link == Link::kSilent) return poll(polled.data(), 1, -1) >= 0 && Woken();
  polled.push_back({listener_, POLLIN, 0});
  constexpr short kRead = POLLIN | POLLRDHUP;
  bool holds = false;
  for (const Connection& connection : connections_) {
    polled.push_back({connection.client, kRead, 0});
    polled.push_back({connection.server, kRead, 0});
    holds = holds || !connection.held.empty();
  }
  if (poll(polled.data(), polled.size(), holds ? kHeldPollMs : -1) < 0) return false;
  if (polled[0].revents != 0 && !Woken()) return false;
  size_t i = 2;
  for (auto connection = connections_.begin(); connection != connections_.end(); i += 2) {
    const short server = polled[i + 1].revents;
    const bool goes_on = Serve(&*connection, polled[i].revents != 0, (server & POLLIN) != 0,
                               (server & (POLLRDHUP | POLLHUP | POLLERR)) != 0);
    connection = goes_on ? std::next(connection) : Drop(connection);
  }
  if (polled[1].revents != 0) Accept();
  return true;
}

bool CuttingProxy::Woken() {
  char byte = 0;
  return read(wake_[0], &byte, 1) == 1;
}

std::list<CuttingProxy::Connection>::iterator CuttingProxy::Drop(
    std::list<Connection>::iterator connection) {
  close(connection->client);
  close(connection->server);
  return connections_.erase(connection);
}

void CuttingProxy::Accept() {
  Connection connection;
  connection.client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection.client < 0) return;
  if (link_ == Link::kClosed) {
    close(connection.client);
    return;
  }
  connection.server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in target = Loopback(target_port_);
  if (connect(connection.server, reinterpret_cast<const sockaddr*>(&target), sizeof(target)) != 0) {
    close(connection.client);
    close(connection.server);
    return;
  }
  LimitSends(connection.client);
  LimitSends(connection.server);
  if (options_.cut_bytes_max > 0) connection.left = 1 + random_() % options_.cut_bytes_max;
  connections_.push_back(std::move(connection));
}

bool CuttingProxy::Serve(Connection* connection, bool from_client, bool from_server,
                         bool server_gone) {
  const bool holds = options_.hold_answers > absl::ZeroDuration();
  if (holds && server_gone) return false;
  if (!PassHeld(connection)) return false;
  if (from_client && !Move(connection, connection->client, connection->server)) return false;
  if (!from_server) return !server_gone;
  if (!holds) return Move(connection, connection->server, connection->client);
  std::string bytes(size_t{1} << 14, '\0');
  const ssize_t size = recv(connection->server, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (size <= 0) return false;
  bytes.resize(static_cast<size_t>(size));
  connection->held.push_back({absl::Now() + options_.hold_answers, std::move(bytes)});
  return true;
}

bool CuttingProxy::Move(Connection* connection, int from, int to) {
  std::string bytes(size_t{1} << 14, '\0');
  const ssize_t size = recv(from, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (size <= 0) return false;
  bytes.resize(static_cast<size_t>(size));
  return Pass(connection, to, bytes);
}

bool CuttingProxy::Pass(Connection* connection, int to, const std::string& bytes) {
  const size_t size = std::min<uint64_t>(bytes.size(), connection->left);
  if (!SendAll(to, absl::string_view(bytes).substr(0, size))) return false;
  connection->left -= size;
  if (connection->left > 0) return true;
  ++cuts_;
  return false;
}

bool CuttingProxy::PassHeld(Connection* connection) {
  while (!connection->held.empty() && connection->held.front().due <= absl::Now()) {
    const std::string bytes = std::move(connection->held.front().bytes);
    connection->held.pop_front();
    if (!Pass(connection, connection->client, bytes)) return false;
  }
  return true;
}

}  // namespace gmewatch
