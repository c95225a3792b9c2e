// Accepts TCP connections for a server, whatever happens.
//
// gRPC's own listener gives up for good at the first error of accept, such as too few descriptors.
// This one goes on: while descriptors are short it closes new connections at once, so their clients
// try again, and it leaves some for the admin port and the event log.
//
// Thread safety: one thread calls Start and Stop.
#ifndef GMEWATCH_DAEMON_INGEST_ACCEPTOR_H_
#define GMEWATCH_DAEMON_INGEST_ACCEPTOR_H_

#include <functional>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/listener.h"

namespace gmewatch {

class Acceptor {
 public:
  // Takes the ownership of a connected socket. Called on the acceptor's thread.
  using TakeFn = std::function<void(int fd)>;

  explicit Acceptor(Listener listener);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  // Stops.
  ~Acceptor();

  // REQUIRES: not started before.
  void Start(TakeFn take);
  // Closes the port and ends the thread. Idempotent.
  void Stop();

  // A socket of a client with a higher number than this is closed.
  static int DescriptorsMax();

 private:
  void Run();
  void Accept(int listener);
  // Makes room for one connection and closes it. False if no connection was waiting.
  bool TurnOneAway(int listener);
  // Logs it, once a minute at most.
  void NoteShortage();

  const int descriptors_max_;
  const int stop_;  // an eventfd
  int spare_;       // a descriptor to give up when there is no other
  std::vector<int> listeners_;
  absl::Duration last_noted_ = -absl::InfiniteDuration();
  TakeFn take_;
  std::thread thread_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_ACCEPTOR_H_
