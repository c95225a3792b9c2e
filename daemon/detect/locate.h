// Where a code rises: the most general places that explain its excess.
//
// Pure functions of the rows and of what is said of each.
#ifndef GMEWATCH_DAEMON_DETECT_LOCATE_H_
#define GMEWATCH_DAEMON_DETECT_LOCATE_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "daemon/detect/rows.h"

namespace gmewatch {

// What a code does in a row.
struct RowState {
  bool spike = false;   // an alarm
  bool raised = false;  // an alarm, or well above what was expected
  bool loop = false;    // a rise of too few sessions for a spike
  double expected = 0;  // events a tick, by the past; 0 where it never occurred
  double excess = 0;    // events above what was expected, since the rise began
  double ticks = 0;     // since it began; 0 where no rise is known
  double vmr = 1;       // variance-to-mean ratio of a tick
};

// The rows to announce, none of which holds another. A roll-up is announced where the rise is in
// most of it, or cannot be seen in its parts; otherwise the parts that rise. Most of it is most of
// what was expected, and no part beside it for each that rises that would have been seen to rise. A
// roll-up of one part is that part.
std::vector<uint32_t> Locate(const Rows& rows, absl::FunctionRef<RowState(uint32_t row)> state_of);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_LOCATE_H_
