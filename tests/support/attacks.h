// What strangers without a key, and players of another app, do to gmewatchd, as much of it as they
// can until they are stopped.
//
// Thread safety: several threads may run an attack at a time, each with a source of its own.
#ifndef GMEWATCH_TESTS_SUPPORT_ATTACKS_H_
#define GMEWATCH_TESTS_SUPPORT_ATTACKS_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace gmewatch {

// An attack of one thread.
struct AttackRun {
  // Where the calls of gRPC, those of the Connect protocol and scrapes go.
  std::string grpc;
  std::string connect;
  std::string admin;
  // The attackers' app is "bad", in "eu"; this is its key.
  std::string key;
  // The attacker comes from 127.0.N.1, and from as many more as it likes; 0: from any address.
  int source = 0;
  const std::atomic<bool>* stop = nullptr;

  // Events that the app has reported, and those of them that were acknowledged.
  uint64_t sent = 0;
  uint64_t acknowledged = 0;
};

struct Attack {
  const char* name;
  void (*run)(AttackRun* run);
  // Bare it takes hundreds of megabytes or makes gRPC deaf, a known limit that a proxy in front
  // ends.
  bool needs_front = false;
};

const std::vector<Attack>& Attacks();

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_ATTACKS_H_
