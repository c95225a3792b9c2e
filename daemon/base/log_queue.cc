#include "daemon/base/log_queue.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <thread>
#include <utility>

#include "daemon/base/clock.h"

namespace gmewatch {

LogQueue* LogQueue::Start(int fd, NoteFn note) {
  auto* queue = new LogQueue(fd, std::move(note));
  std::thread([queue] { queue->Run(); }).detach();
  return queue;
}

void LogQueue::Add(std::string line) {
  absl::MutexLock lock(&mutex_);
  if (untold_ > 0 && lines_.size() + 1 < kLinesMax)
    lines_.push_back(note_(std::exchange(untold_, 0)));
  if (lines_.size() < kLinesMax) {
    lines_.push_back(std::move(line));
  } else {
    ++dropped_;
    ++untold_;
  }
}

void LogQueue::Flush(absl::Duration most) {
  RealClock clock;
  const absl::Duration end = clock.Monotonic() + most;
  while (clock.Monotonic() < end) {
    {
      absl::MutexLock lock(&mutex_);
      if (lines_.empty()) return;
    }
    written_.For(end - clock.Monotonic());
  }
}

uint64_t LogQueue::dropped() const {
  absl::MutexLock lock(&mutex_);
  return dropped_;
}

void LogQueue::Run() {
  while (true) {
    const bool written = Write(Next());
    {
      absl::MutexLock lock(&mutex_);
      lines_.pop_front();
      if (!written) {
        ++dropped_;
        ++untold_;
      } else if (lines_.empty() && untold_ > 0) {
        lines_.push_back(note_(std::exchange(untold_, 0)));
      }
    }
    written_.Wake();
  }
}

std::string LogQueue::Next() {
  const auto has_line = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !lines_.empty(); };
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&has_line));
  return lines_.front();
}

bool LogQueue::Write(absl::string_view line) const {
  while (!line.empty()) {
    const ssize_t sent = write(fd_, line.data(), line.size());
    if (sent >= 0) {
      line.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EAGAIN) {  // another process made the descriptor so
      pollfd ready = {fd_, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace gmewatch
