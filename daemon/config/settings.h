// The settings of gmewatchd, checked, as config.proto declares them: texts, units, defaults and
// ranges are there.
//
// Thread safety: free functions. Errors: InvalidArgument with "FILE:LINE:COLUMN: what, and what is
// allowed"; none repeats a key.
#ifndef GMEWATCH_DAEMON_CONFIG_SETTINGS_H_
#define GMEWATCH_DAEMON_CONFIG_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmewatch/internal/config.pb.h"

namespace gmewatch {

// As ParseSettings returns it: with all defaults. A Settings() has none of them.
using Settings = internal::Config;

// `file` names the text in errors. An empty text has all defaults.
absl::StatusOr<Settings> ParseSettings(absl::string_view yaml, absl::string_view file);
// A file without any setting is an error: it is cut off, or not written yet.
absl::StatusOr<Settings> LoadSettings(const std::string& path);

// Settings without apps are open mode, which must be allowed by `open`.
absl::Status CheckOpen(const Settings& settings, const std::string& path, bool open);

// What a reload must not do, because a file that was cut off would do it: leave no apps, or take
// the last key of an app away.
absl::Status CheckReload(const Settings& running, const Settings& wanted, const std::string& path);

// The names, such as "log.commit_interval", of the settings that differ and that SIGHUP does not
// change: they take effect with the next start.
std::vector<std::string> ChangedForRestart(const Settings& running, const Settings& wanted);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CONFIG_SETTINGS_H_
