// gmectl state: backs up the state of gmewatchd, restores it, copies it from a running
// counter, and makes that of another role of it.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_GMECTL_STATE_H_
#define GMEWATCH_DAEMON_GMECTL_STATE_H_

#include <ostream>
#include <string>
#include <vector>

namespace gmewatch {

// Returns the exit status: 0 done, 1 failed, 2 wrong usage.
int RunState(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_STATE_H_
