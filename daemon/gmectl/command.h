// gmectl's subcommands: which there are, and which exit status means what.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_GMECTL_COMMAND_H_
#define GMEWATCH_DAEMON_GMECTL_COMMAND_H_

#include <ostream>
#include <string>
#include <vector>

namespace gmewatch {

inline constexpr int kExitGood = 0;
inline constexpr int kExitBad = 1;  // refused; of `spikes`: one is active
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnreachable = 3;

// Runs the command that `arguments` (without the program's name) begins with.
int RunGmectl(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_COMMAND_H_
