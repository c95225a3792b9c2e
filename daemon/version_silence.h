// Watches over the reports of each platform and app version, as SilenceDetector does for places.
//
// A stop is reported for a version of a platform, a platform with several versions, or a version on
// several platforms. Pairs
// that nobody sends any more are forgotten after two days, or after an hour if few sessions ever
// sent them, so that VersionTable has room for new ones.
//
// Thread safety: none. `table` must outlive it; nobody else reads it.
#ifndef GMEWATCH_DAEMON_VERSION_SILENCE_H_
#define GMEWATCH_DAEMON_VERSION_SILENCE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "daemon/aggregate/version_table.h"
#include "daemon/detect/arrival_reader.h"
#include "daemon/detect/silence_detector.h"
#include "daemon/model/silence.h"

namespace gmewatch {

class VersionSilence {
 public:
  VersionSilence(int64_t tick_seconds, double sessions_min, VersionTable& table);

  void SetSessionsMin(double sessions_min);
  // Reads what arrived in the `ticks` ticks that end at `time_s`.
  void Tick(int64_t time_s, int ticks);
  // Reads, but what arrived says nothing.
  void Interrupt();
  // A quarter of an hour has ended.
  void EndQuarter(int64_t time_s);

  // By its own time. Stops of everything are left out: those of places have them.
  SilenceReport Report() const;

  internal::SilenceState Save() const { return detector_->Save(); }
  absl::Status Load(const internal::SilenceState& state, int64_t time_s);

 private:
  struct Use {
    int64_t last_s = 0;   // when a session reported last
    double sessions = 0;  // the most in a quarter of an hour
  };
  const std::vector<Arrivals>& Read();
  // Whose reports a place of the detector stands for: a roll-up of a single pair is that pair.
  ClientVersion VersionOf(const Place& name) const;
  // Makes the detector's rows those of the table, which changed.
  void Rebuild(const std::vector<ClientVersion>& versions);

  const int64_t tick_seconds_;
  double sessions_min_;
  VersionTable& table_;
  ArrivalReader reader_;
  std::unique_ptr<SilenceDetector> detector_;
  std::vector<ClientVersion> versions_;  // the detector's rows
  std::vector<ClientVersion> loaded_;    // pairs that it knows from before a restart
  std::array<Use, VersionTable::kVersionsMax> uses_;
  int64_t time_s_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_VERSION_SILENCE_H_
