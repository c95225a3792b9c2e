// gmectl's subcommands and its exit statuses.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_GMECTL_COMMAND_H_
#define GMEWATCH_DAEMON_GMECTL_COMMAND_H_

#include <ostream>
#include <string>
#include <vector>

namespace gmewatch {

inline constexpr int kExitGood = 0;
inline constexpr int kExitBad = 1;  // rejected; of `spikes`: one is active
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnreachable = 3;

// Runs the subcommand that `arguments` (without the program's name) begin with. Returns the exit
// status.
int RunGmectl(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_COMMAND_H_
