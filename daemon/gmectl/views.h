// `gmectl top` and `gmectl spikes`: what the daemon counts and detects now, once or refreshed until
// Ctrl-C (--watch).
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_GMECTL_VIEWS_H_
#define GMEWATCH_DAEMON_GMECTL_VIEWS_H_

#include <ostream>
#include <string>
#include <vector>

namespace gmewatch {

// Exit status: kExitGood; kExitUsage; kExitUnreachable. With --watch: that of the last answer.
int RunTop(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

// Exit status: kExitGood, calm; kExitBad, a spike is active; kExitUsage; kExitUnreachable. With
// --watch: that of the last answer.
int RunSpikes(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_VIEWS_H_
