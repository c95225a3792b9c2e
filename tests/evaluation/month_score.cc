#include "tests/evaluation/month_score.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <set>

namespace gmewatch::detect_eval {
namespace {

bool SameCodeAndPlace(const MonthEvent& event, const Line& line) {
  return event.HasCode(line.what.code) && event.place.Overlaps(line.what.place);
}

bool MayBeSpikeOf(const MonthEvent& event, const Line& line, int64_t lines) {
  if (!SameCodeAndPlace(event, line)) return false;
  const bool on = event.IsOn(line.begin);
  const bool just_over = line.begin >= event.end && line.begin - event.end <= kEndTicks;
  if (event.is_outage()) return on || (just_over && lines == 0);
  if (event.kind == EventKind::kRelease) {
    return on && line.begin - event.start <= kDayTicks && lines == 0;
  }
  return event.kind == EventKind::kPeak && !event.known && (on || just_over) && lines == 0;
}

// Whether a line may belong to an event, as long as the event has not `lines` lines too many.
bool MayBelong(const MonthLabel& label, const Line& line, int64_t lines) {
  const MonthEvent& event = label.event;
  const int64_t since = line.begin - event.start;
  const bool on = event.IsOn(line.begin);
  switch (line.what.kind) {
    case LineKind::kSpike:
      return MayBeSpikeOf(event, line, lines);
    case LineKind::kLoop:
      return event.kind == EventKind::kLoop && on && SameCodeAndPlace(event, line);
    case LineKind::kTraffic:
      return event.kind == EventKind::kCrowd && on && lines == 0;
    case LineKind::kLaunch:
      return event.kind == EventKind::kLaunch && on && since <= kDayTicks && lines == 0 &&
             line.what.place == event.place;
    case LineKind::kSilence:
      if (!event.place.Overlaps(line.what.place)) return false;
      if (event.kind == EventKind::kStop) return on;
      return event.kind == EventKind::kLate && on && lines == 0;
  }
  std::abort();
}

// The lines that were active in the last minute of the event; if no line was, those that lasted
// longest.
std::vector<const Line*> LinesAtEnd(const MonthEvent& event,
                                    const std::vector<const Line*>& lines) {
  int64_t last = 0;
  for (const Line* line : lines) last = std::max(last, line->end);
  last = std::min(last, event.end - kMinuteTicks + 1);
  std::vector<const Line*> at_end;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(at_end),
               [last](const Line* line) { return line->end >= last; });
  return at_end;
}

LabelResult Judge(const MonthLabel& label, const std::vector<const Line*>& lines) {
  LabelResult result;
  result.lines = std::ssize(lines);
  result.reported = !lines.empty();
  if (lines.empty()) return result;
  const MonthEvent& event = label.event;
  result.delay = lines.front()->begin - event.start;
  result.in_time = label.decided.has_value() &&
                   lines.front()->begin <= std::max(event.start + kReportTicks, *label.decided);
  result.right_place = true;
  for (const Line* line : LinesAtEnd(event, lines)) {
    result.right_place = result.right_place && line->what.place == event.place;
    result.start_error = line->what.since - event.start;
  }
  std::set<uint64_t> incidents;
  std::set<int> codes;
  int64_t last = 0;
  for (const Line* line : lines) {
    incidents.insert(line->what.incident);
    codes.insert(line->what.code);
    last = std::max(last, line->end);
  }
  result.once = incidents.size() == 1 && codes.size() == lines.size();
  result.ended =
      event.end != kForGood && last > event.end - kMinuteTicks && last <= event.end + kEndTicks;
  return result;
}

}  // namespace

MonthTally ScoreMonth(const MonthPlan& plan, const std::vector<MonthLabel>& labels,
                      const std::vector<Line>& lines) {
  MonthTally tally;
  tally.weeks = static_cast<double>(plan.ticks - plan.warm_up) / kWeekTicks;
  std::vector<std::vector<const Line*>> by_label(labels.size());
  for (const Line& line : lines) {
    if (line.begin < plan.warm_up) {
      ++tally.warm_up_lines;
      continue;
    }
    size_t i = 0;
    while (i < labels.size() && !MayBelong(labels[i], line, std::ssize(by_label[i]))) ++i;
    if (i < labels.size()) {
      by_label[i].push_back(&line);
    } else if (line.what.kind == LineKind::kLoop) {
      ++tally.false_loops;
    } else {
      const Cause cause = CauseOf(labels, line);
      ++tally.false_lines[static_cast<size_t>(cause)];
      tally.all_false_lines.push_back({line, cause});
    }
  }
  for (size_t i = 0; i < labels.size(); ++i) tally.results.push_back(Judge(labels[i], by_label[i]));
  return tally;
}

}  // namespace gmewatch::detect_eval
