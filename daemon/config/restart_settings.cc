#include "daemon/config/restart_settings.h"

namespace gmewatch {
namespace {

struct RestartSetting {
  const char* name;
  bool (*is_same)(const Settings& a, const Settings& b);
};

template <auto kMember>
bool IsSame(const Settings& a, const Settings& b) {
  return a.*kMember == b.*kMember;
}

constexpr RestartSetting kRestartSettings[] = {
    {"limits.max_pending_bytes", IsSame<&Settings::max_pending_bytes>},
    {"ingest.reflection", IsSame<&Settings::reflection>},
    {"ingest.tls", IsSame<&Settings::tls>},
    {"ingest.max_message_bytes", IsSame<&Settings::max_message_bytes>},
    {"log.commit_interval", IsSame<&Settings::commit_interval>},
    {"log.checkpoint_interval", IsSame<&Settings::checkpoint_interval>},
    {"detect.tick",
     [](const Settings& a, const Settings& b) { return a.detect.tick == b.detect.tick; }},
};

}  // namespace

std::vector<std::string> ChangedForRestart(const Settings& running, const Settings& wanted) {
  std::vector<std::string> names;
  for (const RestartSetting& setting : kRestartSettings) {
    if (!setting.is_same(running, wanted)) names.emplace_back(setting.name);
  }
  return names;
}

}  // namespace gmewatch
