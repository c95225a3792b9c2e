// What the process of a daemon does around it: signals, the ready line, the exit status.
#ifndef GMEWATCH_DAEMON_RUN_H_
#define GMEWATCH_DAEMON_RUN_H_

#include <string>

#include "daemon/daemon_options.h"

namespace gmewatch {

inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

// The folder for the counts: `flag`, else the one that systemd or the user's environment names;
// empty if none of them does.
std::string StateDir(const std::string& flag);

// Whether the role of the settings needs a folder for the counts.
bool KeepsCounts(const DaemonOptions& options);

// Checks the settings and the catalogue and prints the result; returns the exit status.
int CheckFiles(const DaemonOptions& options);

// Checks a state directory (check_state.h) and prints the result; returns the exit status.
int CheckStateFiles(const std::string& state_dir);

// Runs the daemon until SIGTERM or SIGINT; SIGHUP reloads. Returns the exit status. REQUIRES: no
// other thread was started.
int RunUntilSignal(DaemonOptions options);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_RUN_H_
