// A TCP proxy on loopback that cuts each connection after a random number of bytes, in the middle
// of whatever passes then, can hold back the server's answers, and can be a link that is down.
//
// Thread safety: cuts() and SetLink may be called from any thread; the rest belongs to one. It ends
// with the object. Limits: a peer that takes nothing for a second is cut.
#ifndef GMEWATCH_TESTS_SUPPORT_CUTTING_PROXY_H_
#define GMEWATCH_TESTS_SUPPORT_CUTTING_PROXY_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <list>
#include <random>
#include <string>
#include <thread>

#include "absl/time/time.h"

namespace gmewatch {

struct CuttingProxyOptions {
  // A connection is cut after 1 to this many bytes, both ways together; 0: never.
  uint64_t cut_bytes_max = 0;
  // What the server sends is passed on this much later. If the server's end closes meanwhile, what
  // is held back is dropped.
  absl::Duration hold_answers;
  uint32_t seed = 1;
  uint16_t port = 0;  // to listen at; 0: a free one
};

class CuttingProxy {
 public:
  // Connects to `target`, "127.0.0.1:PORT", for each connection that it accepts.
  CuttingProxy(const std::string& target, const CuttingProxyOptions& options);
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;
  ~CuttingProxy();

  const std::string& address() const { return address_; }
  uint64_t cuts() const { return cuts_; }

  // kSilent: nothing passes, and no connection ends. kClosed: all end, and new ones at once.
  enum class Link { kOpen, kSilent, kClosed };
  void SetLink(Link link);

 private:
  struct Held {
    absl::Time due;
    std::string bytes;
  };
  struct Connection {
    int client = -1;
    int server = -1;
    uint64_t left = UINT64_MAX;  // bytes until the cut
    std::deque<Held> held;
  };

  void Run();
  // Waits for something and does it; false at the end.
  bool Step();
  // Whether a change of the link has woken the thread, and not the end.
  bool Woken();
  void Accept();
  // Closes the connection; returns the next one.
  std::list<Connection>::iterator Drop(std::list<Connection>::iterator connection);
  // Moves what can be moved; false if the connection has ended or is cut.
  bool Serve(Connection* connection, bool from_client, bool from_server, bool server_gone);
  bool Move(Connection* connection, int from, int to);
  // Passes on as many of the bytes as the connection has left.
  bool Pass(Connection* connection, int to, const std::string& bytes);
  bool PassHeld(Connection* connection);

  const uint16_t target_port_;
  const CuttingProxyOptions options_;
  std::mt19937 random_;
  int listener_ = -1;
  int wake_[2] = {-1, -1};  // closing the write end stops the thread
  std::atomic<Link> link_ = Link::kOpen;
  std::string address_;
  std::list<Connection> connections_;
  std::atomic<uint64_t> cuts_ = 0;
  std::thread thread_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_CUTTING_PROXY_H_
