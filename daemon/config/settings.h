// The settings of gmewatchd, checked: config.proto says what each means, its unit, default and
// range.
//
// Plain immutable data. Errors: InvalidArgument with "FILE:LINE:COLUMN: what, and what is allowed";
// none repeats a key.
#ifndef GMEWATCH_DAEMON_CONFIG_SETTINGS_H_
#define GMEWATCH_DAEMON_CONFIG_SETTINGS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/model/detect_settings.h"

namespace gmewatch {

struct AppSettings {
  std::string name;
  std::vector<std::string> regions;
  std::vector<std::string> keys;

  friend bool operator==(const AppSettings&, const AppSettings&) = default;
};

struct TlsSettings {
  std::string certificate_file;
  std::string key_file;
  std::string client_ca_file;  // empty: clients need no certificate

  friend bool operator==(const TlsSettings&, const TlsSettings&) = default;
};

struct Settings {
  std::vector<AppSettings> apps;  // empty: open mode

  uint32_t max_app_regions = 1024;
  uint32_t max_sessions = 4'000'000;
  absl::Duration session_horizon = absl::Hours(24);
  uint64_t max_pending_bytes = uint64_t{16} << 20;

  bool reflection = false;
  std::optional<TlsSettings> tls;
  uint32_t max_message_bytes = 65536;

  absl::Duration commit_interval = absl::Milliseconds(5);
  absl::Duration checkpoint_interval = absl::Seconds(60);

  std::string public_url;  // empty: from the admin address
  bool hide_solution_info = false;
  std::string grafana_url;     // empty: no links there
  std::string prometheus_url;  // the same

  DetectSettings detect;

  friend bool operator==(const Settings&, const Settings&) = default;
};

// `file` names the text in errors. An empty text is all defaults.
absl::StatusOr<Settings> ParseSettings(absl::string_view yaml, absl::string_view file);
absl::StatusOr<Settings> LoadSettings(const std::string& path);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CONFIG_SETTINGS_H_
