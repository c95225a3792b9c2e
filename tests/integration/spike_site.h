// A gmewatchd that looks for spikes every second, its players, the Grafana that it pushes to, and
// what they are about: four codes that happen all the time in two apps and two regions, three of
// which rise together in one region.
//
// Thread safety: none. Where something is not as it should be, the test has failed.
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

// What happens all the time, everywhere: 2 events a second of each in each place.
inline constexpr int32_t kUsualCodes[] = {1005, 10004, 10001, 8195};
inline constexpr int32_t kSteadyCode = 8195;
inline constexpr uint64_t kSteadyRate = 8;  // of a code, everywhere together
// Those of them that rise in the region "eu".
inline constexpr int32_t kRisingCodes[] = {1005, 10004, 10001};
inline constexpr double kUsualRate = 4;  // of a code in a region
inline constexpr double kRisenRate = 84;

std::vector<Wave> Usual();
// All players of the region, two of each code in half a second.
std::vector<Wave> Rise(std::vector<Wave> waves);

// The series of a code that rises, in the region as a whole.
std::string InEu(absl::string_view family, int32_t code);
std::set<std::string> SeriesOf(const Samples& samples, absl::string_view family);
// Whether the family has a code anywhere.
bool Tells(const Samples& samples, absl::string_view family, int32_t code);
// Whether all rising codes are active spikes of the region.
bool AllActive(const Samples& samples);

class SpikeSite {
 public:
  // `more_apps`: each with one region of the same name, where the rising codes happen too.
  void Start(std::vector<std::string> more_apps = {});
  // Until a detector has seen half a minute of quiet and may judge.
  void AwaitQuiet();
  // Start, AwaitQuiet, then the rising codes rise, in `more_apps` too, until all are spikes.
  void StartInOutage(std::vector<std::string> more_apps);
  // After the end of the daemon another goes on at the same address, when its players have kept
  // `kept` events of each usual code.
  void GoOn(int exit_status, uint64_t kept);
  // Reloads with other lines for `detect`; waits until the daemon says that it came to `result`.
  void Reload(const std::string& detect, const std::string& result);

  const std::string& settings_file() const { return settings_; }
  GmewatchdProcess& daemon() { return *daemon_; }
  SimulatedPlayers& players() { return *players_; }
  // Until the series has this value.
  void Await(const std::string& series, double value);
  void AwaitAllActive();
  // Until Grafana has one annotation of each rising code in the region as a whole, which says that
  // the spike lasts, or that it is over. Gives them in the codes' order.
  std::vector<StubAnnotation> AwaitAnnotations(bool lasting);

 private:
  void StartDaemon(std::vector<std::string> more);
  void WriteSettings(const std::string& detect);

  TempDir dir_;
  std::vector<std::string> more_apps_;
  GrafanaStub grafana_{"glsa_token"};
  std::string settings_;
  std::unique_ptr<GmewatchdProcess> daemon_;
  std::unique_ptr<SimulatedPlayers> players_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_INTEGRATION_SPIKE_SITE_H_
