// What a process of the daemon does around it: signals, the ready line, the exit status.
#ifndef GMEWATCH_DAEMON_RUN_H_
#define GMEWATCH_DAEMON_RUN_H_

#include <ostream>
#include <string>

#include "daemon/daemon.h"

namespace gmewatch {

inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

// Whether --help stands among the arguments; what it prints: the flags of main.cc and their
// defaults. abseil's own would end with status 1.
bool AsksForHelp(int argc, char** argv);
void PrintHelp(std::ostream& out);

// Whether every argument is --NAME=VALUE, or --NAME for a bool, of a flag that there is and with a
// value that it takes; says what is not. absl's own parser would end the process with the status of
// a failure.
bool CheckFlags(int argc, char** argv);

// Where counts are kept: `flag`, else what systemd or the user's environment says; empty where
// nothing does.
std::string StateDir(const std::string& flag);

// Says what is wrong with the settings and the catalogue; the exit status.
int CheckFiles(const DaemonOptions& options);

// Runs the daemon until SIGTERM or SIGINT; SIGHUP reloads. The exit status. REQUIRES: no other
// thread was started.
int RunUntilSignal(DaemonOptions options);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_RUN_H_
