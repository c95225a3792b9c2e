// `gmectl explain`: prints the runbook of a code without a daemon, with --live the code's current
// state, with --detector what the detector knows of it instead.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_GMECTL_EXPLAIN_H_
#define GMEWATCH_DAEMON_GMECTL_EXPLAIN_H_

#include <ostream>
#include <string>
#include <vector>

namespace gmewatch {

// Exit status: kExitGood; kExitUsage, also if the code is not documented; kExitUnreachable, the
// runbook was printed but not the state that --live asked for.
int RunExplain(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_EXPLAIN_H_
