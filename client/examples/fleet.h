// Many Reporters in one process, one for each simulated player.
//
// Thread safety: none. Each Reporter has a thread and, while it has something to say, a connection
// of its own, as in as many games; 1,000 are the limit.
#ifndef GMEWATCH_CLIENT_EXAMPLES_FLEET_H_
#define GMEWATCH_CLIENT_EXAMPLES_FLEET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/examples/fleet_traffic.h"
#include "gmewatch/reporter.h"

namespace gmewatch::examples {

// Of one app and region, or of all.
struct FleetTotals {
  std::string app;
  std::string region;
  uint64_t clients = 0;
  uint64_t reported = 0;
  uint64_t acknowledged = 0;
  uint64_t refused = 0;
  uint64_t lost = 0;
  uint64_t pending = 0;
  uint64_t batches = 0;
  uint64_t failed_batches = 0;
  uint64_t connects = 0;
  std::string last_error;
};

class Fleet {
 public:
  static constexpr int kClientsMax = 1000;

  // `options` says all but who the players are. `traffic` must outlive the Fleet.
  Fleet(int clients, const ReporterOptions& options, FleetTraffic* traffic);
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // What is wrong with the options; empty where nothing is.
  std::string error() const;

  // Reports what happens from `at` (since the start) for `length`.
  void Report(absl::Duration at, absl::Duration length);

  // Stops all, within `deadline` for all of them together.
  void Stop(absl::Duration deadline);

  FleetTotals Total() const;
  // By app and region, in alphabetical order.
  std::vector<FleetTotals> Totals() const;

 private:
  struct Client {
    Player player;
    std::unique_ptr<Reporter> reporter;
  };

  FleetTraffic& traffic_;
  std::vector<Client> clients_;
};

// What the totals say, for people and for scripts.
std::string FormatTable(const FleetTotals& total, const std::vector<FleetTotals>& parts);
std::string FormatJson(const FleetTotals& total, const std::vector<FleetTotals>& parts);

}  // namespace gmewatch::examples

#endif  // GMEWATCH_CLIENT_EXAMPLES_FLEET_H_
