// Finds the places in which a code rises: the most general ones that explain its excess.
//
// Pure functions of the rows and their RowState.
#ifndef GMEWATCH_DAEMON_DETECT_LOCATE_H_
#define GMEWATCH_DAEMON_DETECT_LOCATE_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "daemon/detect/rows.h"

namespace gmewatch {

// The state of a code in a row.
struct RowState {
  bool spike = false;   // an alarm
  bool raised = false;  // an alarm, or significantly above the expected rate
  bool loop = false;    // a rise that too few sessions cause
  double expected = 0;  // events a tick; 0 if the code never occurred
  double excess = 0;    // events above the expected ones, since the rise began
  double ticks = 0;     // since the rise began; 0 if no rise is known
  double vmr = 1;       // variance-to-mean ratio of a tick
};

// Returns the rows to announce, none of which holds another.
//
// A roll-up is announced if its raised parts hold at least 70 % of its expected rate and outnumber
// the parts that are significantly flat, or if the raised parts explain less than half of its
// excess. Otherwise the raised parts are announced. A roll-up with a single part is that part.
std::vector<uint32_t> Locate(const Rows& rows, absl::FunctionRef<RowState(uint32_t row)> state_of);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_LOCATE_H_
