// What makes an installation easy to attack, as metrics and log lines name it.
//
// Plain data.
#ifndef GMEWATCH_DAEMON_MODEL_DANGER_H_
#define GMEWATCH_DAEMON_MODEL_DANGER_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace gmewatch {

enum class Danger : uint8_t {
  kOpen,            // anybody who reaches the ingest port may report for any app
  kPlainText,       // the ingest port is reached from elsewhere, without TLS
  kAdminReachable,  // the admin port is reached from elsewhere, without a token
  kRoot,            // the process runs as root
  kSharedAddress,   // most new sessions come from a few addresses: proxies that are not named
};

inline constexpr size_t kDangers = 5;

using Dangers = std::array<bool, kDangers>;

inline void SetDanger(Danger danger, bool is, Dangers* dangers) {
  (*dangers)[static_cast<size_t>(danger)] = is;
}

constexpr absl::string_view DangerLabel(Danger danger) {
  switch (danger) {
    case Danger::kOpen:
      return "open_mode";
    case Danger::kPlainText:
      return "plain_text";
    case Danger::kAdminReachable:
      return "admin_reachable";
    case Danger::kRoot:
      return "root";
    case Danger::kSharedAddress:
      return "shared_address";
  }
  return "";
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_DANGER_H_
