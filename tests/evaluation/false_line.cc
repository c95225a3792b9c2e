#include "tests/evaluation/false_line.h"

#include <algorithm>
#include <optional>

namespace gmewatch::detect_eval {
namespace {

// Whether a line begins between `before` ticks before the event's start and `after` ticks after its
// end.
bool IsNear(const MonthEvent& event, const Line& line, int64_t before, int64_t after) {
  const int64_t end = event.end == kForGood ? event.start : event.end;
  return line.begin >= event.start - before && line.begin < end + after;
}

// What the event can be the cause of, for lines of its own code.
std::optional<Cause> CauseOfCode(const MonthEvent& event, const Line& line) {
  if (!event.HasCode(line.what.code)) return std::nullopt;
  if (event.is_outage()) {
    if (event.IsOn(line.begin)) return Cause::kOutageElsewhere;
    if (IsNear(event, line, 0, 4 * kHourTicks)) return Cause::kOutageOver;
  }
  if (event.kind == EventKind::kLoop && IsNear(event, line, 0, kHourTicks)) return Cause::kLoop;
  if (event.kind == EventKind::kRelease && IsNear(event, line, 0, kWeekTicks)) {
    return Cause::kRelease;
  }
  if (event.kind == EventKind::kPeak && IsNear(event, line, kHourTicks, kHourTicks)) {
    return Cause::kPeak;
  }
  return std::nullopt;
}

// The same for lines of any code.
std::optional<Cause> CauseOfAll(const MonthEvent& event, const Line& line) {
  const EventKind kind = event.kind;
  if (!event.place.Overlaps(line.what.place)) return std::nullopt;
  const auto near = [&](int64_t before, int64_t after) {
    return IsNear(event, line, before, after);
  };
  if (kind == EventKind::kStop && near(0, kHourTicks)) return Cause::kStop;
  const bool gap =
      kind == EventKind::kGap || kind == EventKind::kRestart || kind == EventKind::kLate;
  if (gap && near(0, kHourTicks)) return Cause::kGap;
  if (kind == EventKind::kCrowd && near(0, kHourTicks)) return Cause::kCrowd;
  if (kind == EventKind::kHoliday && near(kDayTicks, kDayTicks / 2)) return Cause::kHoliday;
  if (kind == EventKind::kLaunch && near(0, 3 * kDayTicks)) return Cause::kLaunch;
  if (kind == EventKind::kClocks && near(0, 2 * kDayTicks)) return Cause::kClocks;
  return std::nullopt;
}

}  // namespace

const std::array<std::string, kCauses>& CauseNames() {
  static const std::array<std::string, kCauses> names = {
      "outage elsewhere", "outage over", "loop",    "release", "peak",   "stop",
      "gap, late",        "crowd",       "holiday", "launch",  "clocks", "nothing"};
  return names;
}

Cause CauseOf(const std::vector<MonthLabel>& labels, const Line& line) {
  Cause cause = Cause::kNothing;
  for (const MonthLabel& label : labels) {
    for (const std::optional<Cause> found :
         {CauseOfCode(label.event, line), CauseOfAll(label.event, line)}) {
      cause = std::min(cause, found.value_or(Cause::kNothing));
    }
  }
  return cause;
}

}  // namespace gmewatch::detect_eval
