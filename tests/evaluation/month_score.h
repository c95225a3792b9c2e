// Scores the lines of a rule over a month against the labels. README.md has the rules.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_TESTS_EVALUATION_MONTH_SCORE_H_
#define GMEWATCH_TESTS_EVALUATION_MONTH_SCORE_H_

#include <array>
#include <cstdint>
#include <vector>

#include "tests/evaluation/false_line.h"
#include "tests/evaluation/line_log.h"
#include "tests/evaluation/month.h"

namespace gmewatch::detect_eval {

// An outage must be reported within this time, or by the tick at which its counts allow a decision
// if that is later.
inline constexpr int64_t kReportTicks = kMinuteTicks;
// A line ends at most this long after its outage.
inline constexpr int64_t kEndTicks = 10 * kMinuteTicks;

// How one event was reported.
struct LabelResult {
  int64_t lines = 0;         // that belong to it
  bool reported = false;     // at least one
  bool in_time = false;      // the first within kReportTicks, or by MonthLabel::decided
  bool right_place = false;  // all lines at its end are in its place
  bool once = false;         // one line for each code, all of one incident
  bool ended = false;        // the last line lasted to its end and at most kEndTicks longer
  int64_t delay = 0;         // ticks from its start to the first line
  int64_t start_error = 0;   // reported start - true start, of the last line
};

// A line that belongs to no event.
struct FalseLine {
  Line line;
  Cause cause = Cause::kNothing;
};

struct MonthTally {
  std::vector<LabelResult> results;  // by label
  std::array<int64_t, kCauses> false_lines{};
  std::vector<FalseLine> all_false_lines;
  int64_t false_loops = 0;    // loops that are not in the plan; they page nobody
  int64_t warm_up_lines = 0;  // before the month
  double weeks = 0;           // without the warm-up
  double seconds = 0;         // of processor time in the rule
};

// REQUIRES: `labels` are complete.
MonthTally ScoreMonth(const MonthPlan& plan, const std::vector<MonthLabel>& labels,
                      const std::vector<Line>& lines);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_MONTH_SCORE_H_
