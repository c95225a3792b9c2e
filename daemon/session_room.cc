#include "daemon/session_room.h"

#include "absl/strings/str_cat.h"
#include "daemon/base/log.h"

namespace gmewatch {

bool SessionRoom::Watch(uint64_t sessions, uint64_t limit) {
  const bool scarce = sessions > (is_scarce_ ? limit / 2 : limit / 4 * 3);
  if (scarce == is_scarce_) return false;
  is_scarce_ = scarce;
  if (!scarce) {
    LogInfo("sessions have room again", {{"sessions", absl::StrCat(sessions)}});
    return true;
  }
  LogWarning("sessions are scarce: those that sent one batch only are forgotten after ten minutes",
             {{"sessions", absl::StrCat(sessions)}, {"limits.max_sessions", absl::StrCat(limit)}});
  return true;
}

}  // namespace gmewatch
