#include "daemon/base/periodic_task.h"

#include <utility>

namespace gmewatch {

PeriodicTask::PeriodicTask(RunOnceFn run_once) : run_once_(std::move(run_once)) {}

PeriodicTask::~PeriodicTask() { Stop(); }

void PeriodicTask::Start(absl::Duration first_wait) {
  thread_ = std::thread(&PeriodicTask::Run, this, first_wait);
}

bool PeriodicTask::Stop() {
  if (!thread_.joinable()) return false;
  stopping_ = true;
  wait_.Wake();
  thread_.join();
  return true;
}

void PeriodicTask::Run(absl::Duration wait) {
  for (;;) {
    wait_.For(wait);
    if (stopping_) return;
    wait = run_once_();
  }
}

}  // namespace gmewatch
