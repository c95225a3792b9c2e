#include "daemon/expose/admin_loop.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <utility>
#include <vector>

namespace gmewatch {
namespace {

namespace asio = boost::asio;

constexpr absl::Duration kLookForSlow = absl::Milliseconds(250);
constexpr unsigned kDescriptorsShare = 8;

}  // namespace

class AdminLoop::Threads {
 public:
  Threads(Options options, Listener listener)
      : options_(std::move(options)),
        loop_({HttpLimits{options_.request_timeout},
               HttpLoop::ConnectionsMax(kConnectionsMax, kDescriptorsShare),
               [this](ServedConnection* connection) { Answer(connection); }},
              std::move(listener)) {
    loop_.Start();
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() {
    loop_.Drain(absl::ZeroDuration());
    streams_.join();
    pages_.join();
  }

 private:
  void Answer(ServedConnection* connection) {
    const Kind kind = options_.kind(connection->request().path);
    if (kind == Kind::kProbe) {
      options_.handler(connection);
      loop_.Answered(connection);
      return;
    }
    ++running_;
    CutSlow();
    asio::post(kind == Kind::kStream ? streams_ : pages_, [this, connection] {
      options_.handler(connection);
      loop_.Post([this, connection] {
        --running_;
        loop_.Answered(connection);
      });
    });
  }

  // Goes on while handlers run.
  void CutSlow() {
    if (looking_ || running_ == 0) return;
    looking_ = true;
    loop_.After(kLookForSlow, [this] {
      looking_ = false;
      std::vector<std::pair<absl::Duration, ServedConnection*>> slow;
      loop_.ForEachAnswering([&slow](ServedConnection* connection) {
        const absl::Duration stalled = connection->stalled();
        if (stalled >= kSlow) slow.emplace_back(stalled, connection);
      });
      std::sort(slow.begin(), slow.end());
      for (; slow.size() > kSlowMax; slow.pop_back()) slow.back().second->Cut();
      CutSlow();
    });
  }

  const Options options_;
  asio::thread_pool streams_{kStreamThreads};
  asio::thread_pool pages_{kPageThreads};
  // The thread of the loop alone uses these.
  int running_ = 0;  // handlers, and those that wait for a thread
  bool looking_ = false;
  HttpLoop loop_;
};

AdminLoop::AdminLoop(Options options, Listener listener)
    : threads_(std::make_unique<Threads>(std::move(options), std::move(listener))) {}

AdminLoop::~AdminLoop() = default;

}  // namespace gmewatch
