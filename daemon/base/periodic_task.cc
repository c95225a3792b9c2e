#include "daemon/base/periodic_task.h"

#include <algorithm>
#include <utility>

namespace gmewatch {
namespace {

// The deadline of a longer wait could overflow std::chrono.
constexpr absl::Duration kLongestWait = absl::Hours(24 * 365);

}  // namespace

PeriodicTask::PeriodicTask(RunOnceFn run_once) : run_once_(std::move(run_once)) {}

PeriodicTask::~PeriodicTask() { Stop(); }

void PeriodicTask::Start(absl::Duration first_wait) {
  thread_ = std::thread(&PeriodicTask::Run, this, first_wait);
}

void PeriodicTask::Wake() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    woken_ = true;
  }
  changed_.notify_one();
}

bool PeriodicTask::Stop() {
  if (!thread_.joinable()) return false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
  return true;
}

void PeriodicTask::Run(absl::Duration wait) {
  while (Wait(wait)) wait = run_once_();
}

bool PeriodicTask::Wait(absl::Duration wait) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoNanoseconds(std::min(wait, kLongestWait)),
                    [this] { return woken_ || stopping_; });
  woken_ = false;
  return !stopping_;
}

}  // namespace gmewatch
