// Finds what in the settings makes an installation easy to attack, and says so once, in the log;
// the metric gmewatch_danger says it for as long as it lasts.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_DANGERS_H_
#define GMEWATCH_DAEMON_DANGERS_H_

#include <string>

#include "absl/status/status.h"
#include "daemon/config/settings.h"
#include "daemon/model/danger.h"

namespace gmewatch {

// The addresses are HOST:PORT, as the flags have them; an empty one: there is no such port.
Dangers FindDangers(const Settings& settings, const std::string& ingest_address,
                    const std::string& connect_address, const std::string& admin_address,
                    bool has_admin_token);

// A warning for each that was not there before.
void LogDangers(const Dangers& before, const Dangers& now);

// Errors: InvalidArgument, a port for clients is reached from elsewhere and the settings list no
// apps, although the flag --open was not given.
absl::Status CheckReachable(const Settings& settings, const std::string& ingest_address,
                            const std::string& connect_address, bool open);

// Errors: InvalidArgument, others reach the admin port and it asks nobody for a token, although the
// flag --open was not given.
absl::Status CheckAdminReachable(const std::string& admin_address, bool has_admin_token, bool open);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DANGERS_H_
