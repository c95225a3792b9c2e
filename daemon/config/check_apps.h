// The apps of the settings file, checked: names, regions, keys, and how many (app, region) pairs
// they are.
//
// Thread safe; keeps nothing. Limits: config.proto. Errors: InvalidArgument as in settings.h; none
// repeats a key.
#ifndef GMEWATCH_DAEMON_CONFIG_CHECK_APPS_H_
#define GMEWATCH_DAEMON_CONFIG_CHECK_APPS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/base/yaml_message.h"
#include "daemon/config/settings.h"
#include "gmewatch/internal/config.pb.h"

namespace gmewatch {

// `fields` is what the reader of `config` gave.
absl::StatusOr<std::vector<AppSettings>> CheckApps(const internal::Config& config,
                                                   const YamlFields& fields,
                                                   uint32_t max_app_regions);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CONFIG_CHECK_APPS_H_
