// A TCP port of loopback that never sends a byte.
//
// Thread safety: safe; nothing changes after construction.
#ifndef GMEWATCH_TESTS_SUPPORT_SILENT_LISTENER_H_
#define GMEWATCH_TESTS_SUPPORT_SILENT_LISTENER_H_

#include <string>
#include <vector>

namespace gmewatch {

class SilentListener {
 public:
  enum class Kind {
    kAcceptsAndIsSilent,  // connections succeed, and no byte ever comes back
    kDropsConnects,       // a connect gets no answer, as behind a firewall that drops packets
  };
  // On a free port of 127.0.0.1.
  explicit SilentListener(Kind kind) : SilentListener(kind, "127.0.0.1", 0) {}
  // On that port of "127.0.0.1" or "::1".
  SilentListener(Kind kind, const std::string& host, int port);
  SilentListener(const SilentListener&) = delete;
  SilentListener& operator=(const SilentListener&) = delete;
  ~SilentListener();

  std::string address() const;

 private:
  const std::string host_;
  int port_ = 0;
  std::vector<int> sockets_;  // the listening socket and those that fill its queue
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_SILENT_LISTENER_H_
