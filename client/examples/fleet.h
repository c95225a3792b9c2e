// Many Reporters in one process, one for each simulated player.
//
// Thread safety: none. Each Reporter has a thread and, while it sends, a connection of its own, as
// in separate games. Limit: 1,000 players.
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

// Sums over the players of one (app, region), or over all.
struct FleetTotals {
  std::string app;
  std::string region;
  uint64_t clients = 0;
  uint64_t reported = 0;
  uint64_t acknowledged = 0;
  uint64_t rejected = 0;
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

  // `options` apply to every player; the players' labels come from `traffic`, which must outlive
  // the Fleet.
  Fleet(int clients, const ReporterOptions& options, FleetTraffic* traffic);
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // The first error of a Reporter; empty if all are right.
  std::string error() const;

  // Reports the events between `at` (since the start) and `at` + `length`.
  void Report(absl::Duration at, absl::Duration length);

  // Stops all Reporters; `deadline` is for all of them together.
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

// The totals as a table for people and as JSON for scripts.
std::string FormatTable(const FleetTotals& total, const std::vector<FleetTotals>& parts);
std::string FormatJson(const FleetTotals& total, const std::vector<FleetTotals>& parts);

}  // namespace gmewatch::examples

#endif  // GMEWATCH_CLIENT_EXAMPLES_FLEET_H_
