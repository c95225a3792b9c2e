// Runs a subcommand of gmectl in this process and keeps what it prints.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_TESTS_DAEMON_GMECTL_RUN_COMMAND_H_
#define GMEWATCH_TESTS_DAEMON_GMECTL_RUN_COMMAND_H_

#include <sstream>
#include <string>
#include <vector>

namespace gmewatch {

struct CommandResult {
  int status = 0;
  std::string out;
  std::string err;
};

// `command` is one of RunSend, RunTop and their like.
inline CommandResult RunCommand(int (*command)(const std::vector<std::string>&, std::ostream&,
                                               std::ostream&),
                                const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  const int status = command(arguments, out, err);
  return {status, out.str(), err.str()};
}

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_GMECTL_RUN_COMMAND_H_
