// The sockets of an HTTP server and the one thread that accepts, reads requests and writes answers,
// for all its connections. Whoever answers gets each request on this thread and may answer on
// another.
//
// Thread safety: one thread calls the constructor, Start, Drain and the destructor; any thread may
// call the other methods, unless they say otherwise. Lifetime: what the functions given to it reach
// must outlive it.
//
// Limits: those of HttpLimits, and connections_max. Beyond that the connection that has waited
// longest for its client ends, so that silent and slow clients keep nobody out. The bodies that are
// being received have a limit of their own, so that they do not fill the memory.
#ifndef GMEWATCH_DAEMON_HTTP_HTTP_LOOP_H_
#define GMEWATCH_DAEMON_HTTP_HTTP_LOOP_H_

#include <functional>
#include <limits>
#include <memory>

#include "absl/time/time.h"
#include "daemon/base/listener.h"
#include "daemon/http/served_connection.h"

namespace gmewatch {

class HttpLoop {
 public:
  struct Options {
    HttpLimits limits;
    size_t connections_max = 256;
    // Called on the thread of the loop. One Answered follows, when the answer is complete.
    std::function<void(ServedConnection*)> answer;
    // A connection whose descriptor has a higher number takes the place of the one that has waited
    // longest, at its next attempt.
    int descriptor_max = std::numeric_limits<int>::max();
  };

  HttpLoop(Options options, Listener listener);
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;
  // Ends all connections, waits for those that are being answered, and for what was posted.
  ~HttpLoop();

  // Accepts connections from now on: what `answer` reaches, this loop included, must be ready.
  // Once.
  void Start();

  // At most this share of the descriptors, which others need too; 8 at least.
  static size_t ConnectionsMax(size_t wanted, unsigned divisor);

  // Those that are open, in any state.
  size_t connections() const;

  // Runs it on the thread of the loop.
  void Post(std::function<void()> run);
  // On the thread of the loop alone, also ForEachAnswering.
  void Answered(ServedConnection* connection) { connection->Answered(); }
  // Runs it there after this time, unless the loop has ended.
  void After(absl::Duration time, std::function<void()> run);
  void ForEachAnswering(const std::function<void(ServedConnection*)>& visit);

  // Accepts no more connections, ends those that have no request, and answers the others, whose
  // last answer it is. What is not answered and read by the client after `deadline` is cut off.
  // REQUIRES: Start was called.
  void Drain(absl::Duration deadline);

 private:
  class Sockets;
  const std::unique_ptr<Sockets> sockets_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_HTTP_HTTP_LOOP_H_
