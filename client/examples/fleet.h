// Many clients in one process, one for each simulated player: gmewatch::Reporter over gRPC, or the
// core in C over the Connect protocol.
//
// Thread safety: none. Each client has a thread and, while it sends, a connection of its own, as
// in separate games. Limit: 1,000 players.
#ifndef GMEWATCH_CLIENT_EXAMPLES_FLEET_H_
#define GMEWATCH_CLIENT_EXAMPLES_FLEET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/examples/fleet_client.h"
#include "client/examples/fleet_traffic.h"
#include "gmewatch/reporter.h"

namespace gmewatch::examples {

// Sums over the players of one (app, region), of one protocol, or over all.
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

struct FleetOptions {
  int clients = 200;
  ReporterOptions reporter;  // of every player, but for the labels
  std::string connect_url;   // of gmewatchd's Connect address or the proxy before it
  double connect_share = 0;  // of the players, from 0 to 1: they report to `connect_url`
  std::string ca_file;       // the authorities that these trust; empty: those of the system
};

class Fleet {
 public:
  static constexpr int kClientsMax = 1000;

  // The players' labels come from `traffic`, which must outlive the Fleet. Who uses which protocol
  // changes nothing of what the players do.
  Fleet(const FleetOptions& options, FleetTraffic* traffic);
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // The first error of a client; empty if all are right.
  std::string error() const;

  // Reports the events between `at` (since the start) and `at` + `length`.
  void Report(absl::Duration at, absl::Duration length);

  // Stops all clients; `deadline` is for all of them together.
  void Stop(absl::Duration deadline);

  FleetTotals Total() const;
  // By app and region, in alphabetical order.
  std::vector<FleetTotals> Totals() const;
  // The sums over the players that use Connect, or over the others.
  FleetTotals TotalOver(bool connect) const;

 private:
  struct Client {
    Player player;
    std::unique_ptr<FleetClient> game;
  };

  FleetTraffic& traffic_;
  std::vector<Client> clients_;
};

// The totals as a table for people and as JSON for scripts.
std::string FormatTable(const Fleet& fleet);
std::string FormatJson(const Fleet& fleet);

}  // namespace gmewatch::examples

#endif  // GMEWATCH_CLIENT_EXAMPLES_FLEET_H_
