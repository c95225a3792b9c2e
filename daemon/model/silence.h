// What is reported when reports stop. Plain data; times are in seconds since 1970.
#ifndef GMEWATCH_DAEMON_MODEL_SILENCE_H_
#define GMEWATCH_DAEMON_MODEL_SILENCE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/model/batch.h"

namespace gmewatch {

// A version of a game on a platform, as clients name them. kAllLabel stands for all of them.
struct ClientVersion {
  std::string platform;
  std::string app_version;

  bool empty() const { return platform.empty() && app_version.empty(); }
  friend bool operator==(const ClientVersion&, const ClientVersion&) = default;
};

// Reports of a place that usually has many have stopped, or all but a few have: all of them, or
// those of a version. An app or region of kAllLabel stands for all of them.
struct Silence {
  Place place;
  ClientVersion version = {};  // empty: all reports of the place
  bool active = false;
  int64_t start_s = 0;
  int64_t end_s = 0;         // 0 while it is active
  double usual_rate = 0;     // reports per second before it; a session counts once a tick
  double observed_rate = 0;  // in the last tick

  friend bool operator==(const Silence&, const Silence&) = default;
};

// The state after one tick: everything that is active or ended in the last hour, the most general
// place first.
struct SilenceReport {
  std::vector<Silence> silences;
};

// A report as it is published to its readers, on any thread.
using SilenceSnapshot = std::shared_ptr<const SilenceReport>;

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_SILENCE_H_
