// Which settings a running daemon takes up only with its next start: those that config.proto does
// not mark with "reload".
//
// Thread safety: a free function over its arguments.
#ifndef GMEWATCH_DAEMON_CONFIG_RESTART_SETTINGS_H_
#define GMEWATCH_DAEMON_CONFIG_RESTART_SETTINGS_H_

#include <string>
#include <vector>

#include "daemon/config/settings.h"

namespace gmewatch {

// The names, as in a settings file, of those that differ.
std::vector<std::string> ChangedForRestart(const Settings& running, const Settings& wanted);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CONFIG_RESTART_SETTINGS_H_
