#include "daemon/http/http_loop.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <thread>
#include <utility>

#include "daemon/base/timed_wait.h"

namespace gmewatch {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

// The pause after an error of accept that another attempt at once would meet again.
constexpr std::chrono::milliseconds kPause(100);
// Connections that were ended but are not gone yet.
constexpr size_t kEndingMax = 32;

tcp FamilyOf(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4();
}

}  // namespace

class HttpLoop::Sockets {
 public:
  Sockets(Options options, Listener listener)
      : options_(std::move(options)),
        events_({[this](ServedConnection* connection) { Answer(connection); },
                 [this](ServedConnection* connection) { Wait(connection); },
                 [this](ServedConnection* connection) { Receive(connection); },
                 [this](ServedConnection* connection) { Remove(connection); }}) {
    for (const int fd : listener.Release()) {
      Listening& listening = listening_.emplace_back(io_);
      Error error;
      if (listening.acceptor.assign(FamilyOf(fd), fd, error)) close(fd);
    }
  }
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;
  ~Sockets() {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] {
      End(/*cut=*/true);
      ended_ = true;
      StopIfEmpty();
    });
    thread_.join();
  }

  void Start() {
    for (Listening& listening : listening_) Accept(&listening);
    thread_ = std::thread([this] { io_.run(); });
  }

  size_t connections() const { return connections_.load(std::memory_order_relaxed); }

  void Post(std::function<void()> run) { asio::post(io_, std::move(run)); }

  void After(absl::Duration time, std::function<void()> run) {
    // Owned by its handler.
    auto timer = std::make_unique<asio::steady_timer>(io_, absl::ToChronoMilliseconds(time));
    asio::steady_timer& waits = *timer;
    waits.async_wait([this, timer = std::move(timer), run = std::move(run)](Error /*error*/) {
      if (!ended_) run();
    });
  }

  void ForEachAnswering(const std::function<void(ServedConnection*)>& visit) {
    for (const auto& connection : answering_) visit(connection.get());
  }

  void Drain(absl::Duration deadline) {
    asio::post(io_, [this] { End(/*cut=*/false); });
    if (empty_.For(deadline)) return;
    asio::post(io_, [this] { End(/*cut=*/true); });
    while (!empty_.For(absl::InfiniteDuration())) {
    }
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
    const size_t connections = connections_.load(std::memory_order_relaxed);
    const bool short_of_descriptors = socket.native_handle() > options_.descriptor_max;
    if (connections >= options_.connections_max || short_of_descriptors) CutLongestWaiting();
    // What is not added is closed.
    if (connections >= options_.connections_max + kEndingMax || short_of_descriptors) return;
    waiting_.push_back(
        std::make_unique<ServedConnection>(std::move(socket), options_.limits, events_));
    connections_.fetch_add(1, std::memory_order_relaxed);
    ServedConnection* connection = waiting_.back().get();
    connection->list = &waiting_;
    connection->place = std::prev(waiting_.end());
    connection->Start();  // calls Wait
  }

  void Answer(ServedConnection* connection) {
    MoveTo(&answering_, connection);
    if (ending_) connection->EndAfterAnswer();
    options_.answer(connection);
  }

  // The list is in the order of how long they have waited.
  void Wait(ServedConnection* connection) {
    if (connection->list != &cut_) MoveTo(&waiting_, connection);
  }

  // So is this one. Who sends long bodies slowly must not fill the memory.
  void Receive(ServedConnection* connection) {
    if (connection->list == &cut_) return;
    MoveTo(&receiving_, connection);
    receiving_bytes_ += connection->body_bytes();
    while (receiving_bytes_ > options_.limits.all_bodies_bytes_max && receiving_.size() > 1) {
      Cut(receiving_.front().get());
    }
  }

  void CutLongestWaiting() {
    const bool waits = !waiting_.empty();
    const bool receives = !receiving_.empty();
    if (waits && (!receives || waiting_.front()->move < receiving_.front()->move)) {
      Cut(waiting_.front().get());
    } else if (receives) {
      Cut(receiving_.front().get());
    }
  }

  void Cut(ServedConnection* connection) {
    MoveTo(&cut_, connection);
    connection->Cut();
  }

  void MoveTo(ServedConnection::List* list, ServedConnection* connection) {
    Leave(connection);
    list->splice(list->end(), *connection->list, connection->place);
    connection->list = list;
    connection->move = ++moves_;
  }

  void Leave(ServedConnection* connection) {
    if (connection->list == &receiving_) receiving_bytes_ -= connection->body_bytes();
  }

  void Remove(ServedConnection* connection) {
    Leave(connection);
    connection->list->erase(connection->place);
    connections_.fetch_sub(1, std::memory_order_relaxed);
    StopIfEmpty();
  }

  // `cut`: also those that have a request, or are being answered.
  void End(bool cut) {
    if (!std::exchange(ending_, true)) {
      for (Listening& listening : listening_) {
        Error error;
        listening.acceptor.close(error);
        listening.pause.cancel();
      }
    }
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      ServedConnection* connection = it++->get();
      if (cut || connection->IsIdle()) Cut(connection);
    }
    while (cut && !receiving_.empty()) Cut(receiving_.front().get());
    for (const auto& connection : answering_) {
      connection->EndAfterAnswer();
      if (cut) connection->Cut();
    }
    StopIfEmpty();
  }

  void StopIfEmpty() {
    if (!ending_ || !waiting_.empty() || !receiving_.empty() || !answering_.empty() ||
        !cut_.empty()) {
      return;
    }
    empty_.Wake();
    if (ended_) work_.reset();
  }

  const Options options_;
  const ServedConnection::Events events_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  TimedWait empty_;
  std::atomic<size_t> connections_{0};  // in the four lists
  // The thread of the loop alone uses these.
  bool ending_ = false;
  bool ended_ = false;
  uint64_t moves_ = 0;
  std::list<Listening> listening_;
  ServedConnection::List waiting_;
  ServedConnection::List receiving_;
  size_t receiving_bytes_ = 0;  // of these
  ServedConnection::List answering_;
  ServedConnection::List cut_;
  std::thread thread_;
};

size_t HttpLoop::ConnectionsMax(size_t wanted, unsigned divisor) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  return std::clamp<size_t>(limit.rlim_cur / divisor, 8, wanted);
}

HttpLoop::HttpLoop(Options options, Listener listener)
    : sockets_(std::make_unique<Sockets>(std::move(options), std::move(listener))) {}

HttpLoop::~HttpLoop() = default;

void HttpLoop::Start() { sockets_->Start(); }

size_t HttpLoop::connections() const { return sockets_->connections(); }

void HttpLoop::Post(std::function<void()> run) { sockets_->Post(std::move(run)); }

void HttpLoop::After(absl::Duration time, std::function<void()> run) {
  sockets_->After(time, std::move(run));
}

void HttpLoop::ForEachAnswering(const std::function<void(ServedConnection*)>& visit) {
  sockets_->ForEachAnswering(visit);
}

void HttpLoop::Drain(absl::Duration deadline) { sockets_->Drain(deadline); }

}  // namespace gmewatch
