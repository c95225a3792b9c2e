// Checks the apps of a settings file: names, regions, keys, and the number of (app, region) pairs.
//
// Thread safety: a free function. Limits: config.proto. Errors: InvalidArgument as in settings.h;
// none repeats a key.
#ifndef GMEWATCH_DAEMON_CONFIG_CHECK_APPS_H_
#define GMEWATCH_DAEMON_CONFIG_CHECK_APPS_H_

#include "absl/status/status.h"
#include "daemon/base/yaml_message.h"
#include "gmewatch/internal/config.pb.h"

namespace gmewatch {

// `fields` comes from the reader that filled `config`.
absl::Status CheckApps(const internal::Config& config, const YamlFields& fields);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CONFIG_CHECK_APPS_H_
