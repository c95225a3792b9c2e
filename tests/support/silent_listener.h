// A TCP port of loopback behind which nobody ever speaks.
//
// Thread safety: none needed; it does nothing after it is made.
#ifndef GMEWATCH_TESTS_SUPPORT_SILENT_LISTENER_H_
#define GMEWATCH_TESTS_SUPPORT_SILENT_LISTENER_H_

#include <string>
#include <vector>

namespace gmewatch {

class SilentListener {
 public:
  enum class Kind {
    kAcceptsAndIsSilent,  // connections succeed, and no byte ever comes back
    kDropsConnects,       // a connect gets no answer at all, as behind a firewall that drops
  };
  explicit SilentListener(Kind kind);
  SilentListener(const SilentListener&) = delete;
  SilentListener& operator=(const SilentListener&) = delete;
  ~SilentListener();

  std::string address() const;

 private:
  int port_ = 0;
  std::vector<int> sockets_;  // the listening one, and those that fill its queue
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_SILENT_LISTENER_H_
