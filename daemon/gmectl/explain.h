// `gmectl explain`: the runbook of a code in the terminal, without a daemon, and with --live what
// the code does now.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_GMECTL_EXPLAIN_H_
#define GMEWATCH_DAEMON_GMECTL_EXPLAIN_H_

#include <ostream>
#include <string>
#include <vector>

namespace gmewatch {

// Exit status: kExitGood; kExitUsage, also where the document does not have the code;
// kExitUnreachable, the runbook was printed and what --live asked for was not.
int RunExplain(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_EXPLAIN_H_
