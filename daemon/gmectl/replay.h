// `gmectl replay`: runs the spike detector over past counts from a file, without a daemon.
//
// Thread safety: free functions without state. Memory: the first rows and a block of text, however
// long the file is.
#ifndef GMEWATCH_DAEMON_GMECTL_REPLAY_H_
#define GMEWATCH_DAEMON_GMECTL_REPLAY_H_

#include <ostream>
#include <string>
#include <vector>

namespace gmewatch {

// Exit status: kExitGood; kExitBad, the output cannot be written; kExitUsage, flags or rows are
// wrong. The output then ends before the faulty row.
int RunReplay(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_REPLAY_H_
