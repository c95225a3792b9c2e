// Accepts TCP connections for a server, whatever happens.
//
// gRPC's own listener gives up for good at the first error of accept, such as too few descriptors.
// This one goes on: while descriptors are short it closes new connections at once, so their clients
// try again, and it leaves some for the admin port and the event log.
//
// Thread safety: one thread calls Listen, Start and Stop. Errors of Listen: Unavailable, with the
// address and why it cannot be used.
#ifndef GMEWATCH_DAEMON_INGEST_ACCEPTOR_H_
#define GMEWATCH_DAEMON_INGEST_ACCEPTOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct addrinfo;

namespace gmewatch {

class Acceptor {
 public:
  // Takes the ownership of a connected socket. Called on the acceptor's thread.
  using TakeFn = std::function<void(int fd)>;

  // Listens at each address of `host`; port 0 takes a free one. A host in brackets is IPv6.
  static absl::StatusOr<std::unique_ptr<Acceptor>> Listen(const std::string& host,
                                                          const std::string& port);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  // Stops.
  ~Acceptor();

  uint16_t port() const { return port_; }

  // REQUIRES: not started before.
  void Start(TakeFn take);
  // Closes the port and ends the thread. Idempotent.
  void Stop();

 private:
  Acceptor();
  absl::Status AddListener(const addrinfo& address);
  void Run();
  void Accept(int listener);
  // Makes room for one connection and closes it. False if no connection was waiting.
  bool TurnOneAway(int listener);
  // Logs it, once a minute at most.
  void NoteShortage();

  const int descriptors_max_;  // of connections: a socket with a higher number is closed
  const int stop_;             // an eventfd
  int spare_;                  // a descriptor to give up when there is no other
  std::vector<int> listeners_;
  uint16_t port_ = 0;
  absl::Duration last_noted_ = -absl::InfiniteDuration();
  TakeFn take_;
  std::thread thread_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_ACCEPTOR_H_
