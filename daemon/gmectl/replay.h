// `gmectl replay`: what the detector would have said of counts that are past. No daemon takes part.
//
// Thread safety: free functions without state. Memory: the first rows and a block of text,
// however long the file is.
#ifndef GMEWATCH_DAEMON_GMECTL_REPLAY_H_
#define GMEWATCH_DAEMON_GMECTL_REPLAY_H_

#include <ostream>
#include <string>
#include <vector>

namespace gmewatch {

// Exit status: kExitGood; kExitBad, the output takes no more; kExitUsage, flags or rows are wrong,
// and then what was written ends before the row with the fault.
int RunReplay(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_REPLAY_H_
