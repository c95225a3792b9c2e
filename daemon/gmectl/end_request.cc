#include "daemon/gmectl/end_request.h"

namespace gmewatch {

EndRequest::EndRequest() {
  sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals_, signal);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
}

EndRequest::~EndRequest() {
  // A pending signal would end the program as soon as it is unblocked.
  Await(absl::ZeroDuration());
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool EndRequest::IsRequested() const {
  sigset_t pending;
  sigpending(&pending);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (sigismember(&pending, signal) == 1) return true;
  }
  return is_received_;
}

bool EndRequest::Await(absl::Duration timeout) {
  const timespec time = absl::ToTimespec(timeout);
  if (!is_received_) is_received_ = sigtimedwait(&signals_, nullptr, &time) > 0;
  return is_received_;
}

}  // namespace gmewatch
