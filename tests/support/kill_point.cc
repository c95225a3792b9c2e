#include "tests/support/kill_point.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace gmewatch {
namespace {

constexpr char kFile[] = "kill_point";

}  // namespace

KillPoint::KillPoint() {
  const std::string zeros(sizeof(GmewatchKillPointState), '\0');
  const int file = open(dir_.Write(kFile, zeros).c_str(), O_RDWR | O_CLOEXEC);
  void* const mapped =
      mmap(nullptr, sizeof(GmewatchKillPointState), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (mapped == MAP_FAILED) std::abort();
  state_ = static_cast<GmewatchKillPointState*>(mapped);
}

KillPoint::~KillPoint() { munmap(state_, sizeof(*state_)); }

std::vector<std::string> KillPoint::environment() const {
  return {std::string("LD_PRELOAD=") + KILL_POINTS_PATH,
          std::string(GMEWATCH_KILL_POINT_VARIABLE) + "=" + dir_.File(kFile)};
}

void KillPoint::Set(const KillPlace& place, int nth) {
  Clear();
  state_->reached = 0;
  state_->call = place.call;
  state_->after = place.after ? 1 : 0;
  std::strncpy(state_->file, place.file.c_str(), sizeof(state_->file) - 1);
  std::atomic_ref<int32_t>(state_->countdown).store(nth);
}

void KillPoint::Clear() {
  std::atomic_ref<int32_t>(state_->countdown).store(0);
  std::memset(state_->file, 0, sizeof(state_->file));
}

bool KillPoint::reached() const { return std::atomic_ref<int32_t>(state_->reached).load() != 0; }

}  // namespace gmewatch
