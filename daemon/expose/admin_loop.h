// The sockets and threads of the admin port. One thread accepts, reads requests and writes answers,
// for all connections; the handler runs on others, so that a slow one delays no connection. Long
// answers, which are sent while they are made, have threads of their own.
//
// Thread safety: one thread calls Start and the destructor. Lifetime: what the handler reaches must
// outlive it.
//
// Limits: connections: an eighth of the descriptors, kConnectionsMax at most. Beyond that the one
// that has waited longest for its client ends, so that silent and slow clients keep nobody out. At
// most kSlowMax handlers wait for a client that reads less than 64 KiB in kSlow; beyond that the
// slowest connection ends too.
#ifndef GMEWATCH_DAEMON_EXPOSE_ADMIN_LOOP_H_
#define GMEWATCH_DAEMON_EXPOSE_ADMIN_LOOP_H_

#include <functional>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/base/listener.h"
#include "daemon/expose/admin_exchange.h"

namespace gmewatch {

class AdminLoop {
 public:
  // kProbe: answered at once on the thread of the sockets. kStream: sent while it is made.
  enum class Kind { kProbe, kStream, kPage };

  struct Options {
    absl::Duration request_timeout;
    std::function<Kind(absl::string_view path)> kind;
    std::function<void(AdminExchange*)> handler;
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
  class Sockets;
  const std::unique_ptr<Sockets> sockets_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_ADMIN_LOOP_H_
