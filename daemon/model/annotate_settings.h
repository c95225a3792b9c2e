// Where spikes are pushed to as annotations; config.proto says what each setting means. Plain data.
#ifndef GMEWATCH_DAEMON_MODEL_ANNOTATE_SETTINGS_H_
#define GMEWATCH_DAEMON_MODEL_ANNOTATE_SETTINGS_H_

#include <string>

namespace gmewatch {

struct AnnotateSettings {
  std::string grafana_url;  // empty: nothing is pushed
  std::string token_file;
  std::string ca_file;  // empty: the system's authorities

  friend bool operator==(const AnnotateSettings&, const AnnotateSettings&) = default;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_ANNOTATE_SETTINGS_H_
