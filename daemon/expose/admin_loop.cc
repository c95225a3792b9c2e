#include "daemon/expose/admin_loop.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <list>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/expose/admin_connection.h"

namespace gmewatch {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

// The pause after an error of accept that another attempt at once would meet again.
constexpr std::chrono::milliseconds kPause(100);
constexpr std::chrono::milliseconds kLookForSlow(250);
// Connections that were ended but are not gone yet.
constexpr size_t kEndingMax = 32;

size_t ConnectionsMax() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return AdminLoop::kConnectionsMax;
  return std::clamp<size_t>(limit.rlim_cur / 8, 8, AdminLoop::kConnectionsMax);
}

tcp FamilyOf(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4();
}

}  // namespace

class AdminLoop::Sockets {
 public:
  Sockets(Options options, Listener listener)
      : options_(std::move(options)), connections_max_(ConnectionsMax()) {
    for (const int fd : listener.Release()) {
      Listening& listening = listening_.emplace_back(io_);
      Error error;
      if (listening.acceptor.assign(FamilyOf(fd), fd, error)) close(fd);
      Accept(&listening);
    }
    thread_ = std::thread([this] { io_.run(); });
  }
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;
  ~Sockets() {
    asio::post(io_, [this] { End(); });
    thread_.join();
    streams_.join();
    pages_.join();
  }

 private:
  struct Listening {
    explicit Listening(asio::io_context& io) : acceptor(io), pause(io) {}
    tcp::acceptor acceptor;
    asio::steady_timer pause;
  };

  void Accept(Listening* listening) {
    listening->acceptor.async_accept(io_, [this, listening](Error error, tcp::socket socket) {
      if (ending_) return;
      if (!error) {
        Add(std::move(socket));
        Accept(listening);
        return;
      }
      // Mostly too few descriptors.
      CutLongestWaiting();
      listening->pause.expires_after(kPause);
      listening->pause.async_wait([this, listening](Error /*error*/) {
        if (!ending_) Accept(listening);
      });
    });
  }

  void Add(tcp::socket socket) {
    if (connections_.size() >= connections_max_) CutLongestWaiting();
    // What is not added is closed.
    if (connections_.size() >= connections_max_ + kEndingMax) return;
    connections_.push_back(std::make_unique<AdminConnection>(
        std::move(socket), options_.request_timeout,
        [this](AdminConnection* connection) { Answer(connection); },
        [this](AdminConnection* connection) { Remove(connection); }));
    connections_.back()->Start();
  }

  void CutLongestWaiting() {
    AdminConnection* longest = nullptr;
    for (const auto& connection : connections_) {
      const std::optional<absl::Duration> since = connection->waits_since();
      if (since.has_value() && (longest == nullptr || *since < *longest->waits_since())) {
        longest = connection.get();
      }
    }
    if (longest != nullptr) longest->Cut();
  }

  // Goes on while handlers run.
  void CutSlow() {
    if (looking_ || running_ == 0) return;
    looking_ = true;
    look_.expires_after(kLookForSlow);
    look_.async_wait([this](Error /*error*/) {
      looking_ = false;
      std::vector<std::pair<absl::Duration, AdminConnection*>> slow;
      for (const auto& connection : connections_) {
        const absl::Duration stalled = connection->stalled();
        if (stalled >= kSlow) slow.emplace_back(stalled, connection.get());
      }
      std::sort(slow.begin(), slow.end());
      for (; slow.size() > kSlowMax; slow.pop_back()) slow.back().second->Cut();
      CutSlow();
    });
  }

  void Answer(AdminConnection* connection) {
    const Kind kind = options_.kind(connection->request().path);
    if (kind == Kind::kProbe) {
      options_.handler(connection);
      connection->Answered();
      return;
    }
    ++running_;
    CutSlow();
    asio::post(kind == Kind::kStream ? streams_ : pages_, [this, connection] {
      options_.handler(connection);
      asio::post(io_, [this, connection] {
        --running_;
        connection->Answered();
      });
    });
  }

  void Remove(AdminConnection* connection) {
    connections_.remove_if([connection](const auto& kept) { return kept.get() == connection; });
    if (ending_ && connections_.empty()) work_.reset();
  }

  void End() {
    ending_ = true;
    for (Listening& listening : listening_) {
      Error error;
      listening.acceptor.close(error);
      listening.pause.cancel();
    }
    for (const auto& connection : connections_) connection->Cut();
    if (connections_.empty()) work_.reset();
  }

  const Options options_;
  const size_t connections_max_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  asio::thread_pool streams_{kStreamThreads};
  asio::thread_pool pages_{kPageThreads};
  // The thread of the loop alone uses these.
  bool ending_ = false;
  int running_ = 0;  // handlers, and those that wait for a thread
  asio::steady_timer look_{io_};
  bool looking_ = false;
  std::list<Listening> listening_;
  std::list<std::unique_ptr<AdminConnection>> connections_;
  std::thread thread_;
};

AdminLoop::AdminLoop(Options options, Listener listener)
    : sockets_(std::make_unique<Sockets>(std::move(options), std::move(listener))) {}

AdminLoop::~AdminLoop() = default;

}  // namespace gmewatch
