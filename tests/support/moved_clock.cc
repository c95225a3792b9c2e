#include "tests/support/moved_clock.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

constexpr size_t kBytes = 16;

}  // namespace

MovedClock::MovedClock() {
  const std::string path = dir_.Write("offsets", std::string(kBytes, '\0'));
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
  void* mapped = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file < 0 || mapped == MAP_FAILED) std::abort();
  close(file);
  offsets_ = static_cast<int64_t*>(mapped);
}

MovedClock::~MovedClock() {
  munmap(const_cast<int64_t*>(offsets_), kBytes);  // NOLINT: it was no volatile memory before
}

ChildOptions MovedClock::Options() const {
  ChildOptions options;
  options.environment = {absl::StrCat("LD_PRELOAD=", MOVED_CLOCK_SHIM_PATH),
                         absl::StrCat("GMEWATCH_MOVED_CLOCK=", dir_.File("offsets"))};
  return options;
}

void MovedClock::SetAhead(absl::Duration by) {
  ahead_ = by;
  offsets_[0] = absl::ToInt64Nanoseconds(ahead_);
}

void MovedClock::Suspend(absl::Duration by) {
  suspended_ += by;
  offsets_[1] = absl::ToInt64Nanoseconds(suspended_);
}

}  // namespace gmewatch
