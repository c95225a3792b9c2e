#include "daemon/base/thread_check.h"

#include <pthread.h>

#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"

namespace gmewatch {
namespace {

void* AwaitEnd(void* end) {
  static_cast<absl::Notification*>(end)->WaitForNotification();
  return nullptr;
}

}  // namespace

absl::Status CheckThreads(unsigned count) {
  absl::Notification end;
  std::vector<pthread_t> threads(count);
  size_t started = 0;
  int error = 0;
  while (started < count && error == 0) {
    error = pthread_create(&threads[started], nullptr, &AwaitEnd, &end);
    if (error == 0) ++started;
  }
  end.Notify();
  for (size_t i = 0; i < started; ++i) pthread_join(threads[i], nullptr);
  if (error == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "the system gives ", started, " threads, and ", count,
      " may be needed: ", std::generic_category().message(error),
      "; raise the limit of threads (TasksMax= of a systemd unit, pids.max of a container, ulimit "
      "-u) or of memory"));
}

}  // namespace gmewatch
