// The threads of the admin port around its HttpLoop: the handler runs on them, so that a slow one
// delays no connection. Long answers, which are sent while they are made, have threads of their
// own.
//
// Thread safety: one thread calls Start and the destructor. Lifetime: what the handler reaches must
// outlive it.
//
// Limits: connections: an eighth of the descriptors, kConnectionsMax at most (http_loop.h says what
// happens beyond). At most kSlowMax handlers wait for a client that reads less than 64 KiB in
// kSlow; beyond that the slowest connection ends too.
#ifndef GMEWATCH_DAEMON_EXPOSE_ADMIN_LOOP_H_
#define GMEWATCH_DAEMON_EXPOSE_ADMIN_LOOP_H_

#include <functional>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/base/listener.h"
#include "daemon/http/http_loop.h"

namespace gmewatch {

class AdminLoop {
 public:
  // kProbe: answered at once on the thread of the sockets. kStream: sent while it is made.
  enum class Kind { kProbe, kStream, kPage };

  struct Options {
    absl::Duration request_timeout;
    std::function<Kind(absl::string_view path)> kind;
    std::function<void(HttpExchange*)> handler;
  };

  AdminLoop(Options options, Listener listener);
  AdminLoop(const AdminLoop&) = delete;
  AdminLoop& operator=(const AdminLoop&) = delete;
  // Ends all connections and waits for the handlers that run.
  ~AdminLoop();

  static constexpr size_t kConnectionsMax = 256;
  static constexpr int kStreamThreads = 16;
  static constexpr int kPageThreads = 8;
  static constexpr size_t kSlowMax = 8;
  static constexpr absl::Duration kSlow = absl::Seconds(1);

 private:
  class Threads;
  const std::unique_ptr<Threads> threads_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_ADMIN_LOOP_H_
