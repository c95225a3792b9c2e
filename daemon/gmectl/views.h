// `gmectl top` and `gmectl spikes`: what burns now, from the daemon's memory.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_GMECTL_VIEWS_H_
#define GMEWATCH_DAEMON_GMECTL_VIEWS_H_

#include <ostream>
#include <string>
#include <vector>

namespace gmewatch {

// Exit status: kExitGood; kExitUsage; kExitUnreachable.
int RunTop(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

// Exit status: kExitGood, calm; kExitBad, a spike lasts; kExitUsage; kExitUnreachable.
int RunSpikes(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_VIEWS_H_
