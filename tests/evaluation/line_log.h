// Collects lines: each is a time during which a kind of alarm is active for a code in a place.
//
// Thread safety: none. Ticks without data interrupt no line.
#ifndef GMEWATCH_TESTS_EVALUATION_LINE_LOG_H_
#define GMEWATCH_TESTS_EVALUATION_LINE_LOG_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "tests/evaluation/fleet_rule.h"

namespace gmewatch::detect_eval {

struct Line {
  ActiveLine what;  // as it was when it was last active
  int64_t begin = 0;
  int64_t end = 0;  // the first tick at which it was not active; kForGood if it did not end
};

class LineLog {
 public:
  LineLog();

  // REQUIRES: ticks increase; no kind, code and place twice in `active`.
  void Observe(int64_t tick, absl::Span<const ActiveLine> active);

  // In the order in which they began.
  const std::vector<Line>& lines() const { return lines_; }

 private:
  std::vector<Line> lines_;
  std::vector<size_t> open_;         // indexes of lines_, in no order
  std::vector<int64_t> seen_;        // by key: the tick at which it was last active
  std::vector<size_t> line_of_key_;  // by key: the line, if it is open
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_LINE_LOG_H_
