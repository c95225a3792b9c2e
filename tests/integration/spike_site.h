// A gmewatchd with a tick of one second, its players and a stub of the Grafana that it pushes to.
// Four codes happen all the time in two apps and two regions; three of them rise together in one
// region.
//
// Thread safety: none. A method that does not reach what it waits for fails the test.
#ifndef GMEWATCH_TESTS_INTEGRATION_SPIKE_SITE_H_
#define GMEWATCH_TESTS_INTEGRATION_SPIKE_SITE_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/integration/simulated_players.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/grafana_stub.h"

namespace gmewatch {

inline constexpr char kActive[] = "gme_spike_active";
inline constexpr char kLoop[] = "gme_retry_loop_active";
inline constexpr char kIncidents[] = "gmewatch_incidents";
inline constexpr char kDetect[] = "detect: {tick: 1s, resolve_after: 0s, ignored_codes: [4103]}\n";

// These codes happen all the time: 2 events per second of each in each place.
inline constexpr int32_t kBaselineCodes[] = {1005, 10004, 10001, 8195};
inline constexpr int32_t kSteadyCode = 8195;
inline constexpr uint64_t kSteadyRate = 8;  // of a code, in all places together
// Those that rise in the region "eu".
inline constexpr int32_t kRisingCodes[] = {1005, 10004, 10001};
inline constexpr double kBaselineRate = 4;  // of a code in "eu"
inline constexpr double kRisenRate = 84;

// `in_us`: so many times as many of all but kSteadyCode in "us".
std::vector<Wave> BaselineWaves(uint32_t in_us = 1);
// Adds the rise: all players of the region report two events of each rising code per half second.
std::vector<Wave> Rise(std::vector<Wave> waves);

// The series of a rising code in the roll-up of the region.
std::string InEu(absl::string_view family, int32_t code);
std::set<std::string> SeriesOf(const Samples& samples, absl::string_view family);
// Whether the family has a code anywhere.
bool HasCode(const Samples& samples, absl::string_view family, int32_t code);
// Whether all rising codes are active spikes of the whole region.
bool AllActive(const Samples& samples);

class SpikeSite {
 public:
  // `more_apps`: each with one region of the same name, where the rising codes happen too.
  void Start(std::vector<std::string> more_apps = {});
  // Waits until the players have reported for half a minute, so that the detector knows a baseline.
  void AwaitQuiet();
  // Start and AwaitQuiet; then lets the rising codes rise, in `more_apps` too, until all are
  // spikes.
  void StartInOutage(std::vector<std::string> more_apps);
  // Waits for the end of the daemon, and until the players keep `kept` events of each baseline
  // code; then starts another daemon at the same address.
  void GoOn(int exit_status, uint64_t kept);
  // Reloads with other lines for `detect`; waits until the daemon has counted the reload under
  // `result`.
  void Reload(const std::string& detect, const std::string& result);

  const std::string& settings_file() const { return settings_; }
  GmewatchdProcess& daemon() { return *daemon_; }
  SimulatedPlayers& players() { return *players_; }
  // Waits until the series has this value.
  void Await(const std::string& series, double value);
  void AwaitAllActive();
  // Waits until Grafana has one annotation per rising code in the whole region, which says that the
  // spike lasts, or that it has ended. Returns them in the order of the codes.
  std::vector<StubAnnotation> AwaitAnnotations(bool lasting);

 private:
  void StartDaemon(std::vector<std::string> more);
  void WriteSettings(const std::string& detect);

  // In memory: a busy disk stalls commits for seconds, and the detector takes that for a stop.
  TempDir dir_{"/dev/shm"};
  std::vector<std::string> more_apps_;
  GrafanaStub grafana_{"glsa_token"};
  std::string settings_;
  std::unique_ptr<GmewatchdProcess> daemon_;
  std::unique_ptr<SimulatedPlayers> players_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_INTEGRATION_SPIKE_SITE_H_
