#include "daemon/clock_check.h"

#include <algorithm>

#include "daemon/base/log.h"

namespace gmewatch {
namespace {

constexpr absl::Duration kBehind = absl::Minutes(10);
constexpr absl::Duration kAhead = absl::Hours(24);

}  // namespace

void WarnIfClockIsOdd(absl::Time now, absl::Time newest_epoch, absl::Time checkpoint) {
  const bool behind = now + kBehind < std::max(newest_epoch, checkpoint);
  if (!behind && now <= newest_epoch + kAhead) return;
  const auto text = [](absl::Time time) {
    return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
  };
  LogWarning(behind ? "the clock is behind the event log: it is wrong, or it was wrong before"
                    : "the clock is far ahead of the event log: no daemon ran, or it is wrong",
             {{"clock", text(now)},
              {"newest_epoch", text(newest_epoch)},
              {"checkpoint", text(checkpoint)}});
}

}  // namespace gmewatch
