#include "client/examples/fleet.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "client/examples/core_client.h"
#include "client/examples/grpc_client.h"

namespace gmewatch::examples {
namespace {

void Add(const ReporterStats& stats, FleetTotals* totals) {
  ++totals->clients;
  totals->reported += stats.reported_events;
  totals->acknowledged += stats.acknowledged_events;
  totals->rejected += stats.rejected_events;
  totals->lost += stats.lost_events;
  totals->pending += stats.pending_events;
  totals->batches += stats.batches_sent;
  totals->failed_batches += stats.batches_failed;
  totals->connects += stats.connects;
  if (!stats.last_error.empty()) totals->last_error = stats.last_error;
}

std::string FormatRow(const FleetTotals& row) {
  return absl::StrFormat("%-12s %-6s %7d %11d %12d %8d %8d %8d\n", row.app, row.region, row.clients,
                         row.reported, row.acknowledged, row.rejected, row.lost, row.pending);
}

// Names are labels (A-Z a-z 0-9 . _ -), so they need no escaping.
std::string JsonRow(const FleetTotals& row) {
  return absl::StrFormat(
      R"({"app":"%s","region":"%s","clients":%d,"reported":%d,"acknowledged":%d,)"
      R"("rejected":%d,"lost":%d,"pending":%d,"batches":%d,"failed_batches":%d,"connects":%d})",
      row.app, row.region, row.clients, row.reported, row.acknowledged, row.rejected, row.lost,
      row.pending, row.batches, row.failed_batches, row.connects);
}

}  // namespace

Fleet::Fleet(const FleetOptions& options, FleetTraffic* traffic) : traffic_(*traffic) {
  double connect_clients = 0;
  for (int i = 0; i < options.clients; ++i) {
    Client client;
    client.player = traffic_.NextPlayer();
    ReporterOptions own = options.reporter;
    own.app = client.player.app;
    own.region = client.player.region;
    own.app_version = client.player.app_version;
    own.sdk_version = client.player.sdk_version;
    own.platform = client.player.platform;
    // Evenly among the players, so that apps and regions have both.
    if (connect_clients + 1 <= options.connect_share * (i + 1)) {
      ++connect_clients;
      client.game = std::make_unique<CoreClient>(options.connect_url, options.ca_file, own);
    } else {
      client.game = std::make_unique<GrpcClient>(std::move(own));
    }
    clients_.push_back(std::move(client));
  }
}

std::string Fleet::error() const {
  for (const Client& client : clients_) {
    if (std::string error = client.game->error(); !error.empty()) return error;
  }
  return "";
}

void Fleet::Report(absl::Duration at, absl::Duration length) {
  std::vector<CodeCount> events;
  for (const Client& client : clients_) {
    events.clear();
    traffic_.Draw(client.player, at, length, &events);
    for (const CodeCount& event : events) client.game->Report(event.code, event.count);
    // GME's log has such a code beside a timeout while entering a room.
    if (!events.empty() && events.back().code == 1005) {
      client.game->Detail(1005, "EnterRoom", -10004);
    }
  }
}

void Fleet::Stop(absl::Duration deadline) {
  const absl::Time end = absl::Now() + deadline;
  for (const Client& client : clients_) {
    const absl::Duration left = std::max(end - absl::Now(), absl::ZeroDuration());
    client.game->Stop(left);
  }
}

FleetTotals Fleet::Total() const {
  FleetTotals total;
  total.app = "all";
  total.region = "all";
  for (const Client& client : clients_) Add(client.game->Stats(), &total);
  return total;
}

FleetTotals Fleet::TotalOver(bool connect) const {
  FleetTotals total;
  total.app = "all";
  total.region = "all";
  for (const Client& client : clients_) {
    if (client.game->uses_connect() == connect) Add(client.game->Stats(), &total);
  }
  return total;
}

std::vector<FleetTotals> Fleet::Totals() const {
  std::map<std::pair<std::string, std::string>, FleetTotals> by_place;
  for (const Client& client : clients_) {
    FleetTotals& part = by_place[{client.player.app, client.player.region}];
    part.app = client.player.app;
    part.region = client.player.region;
    Add(client.game->Stats(), &part);
  }
  std::vector<FleetTotals> parts;
  parts.reserve(by_place.size());
  for (auto& [place, part] : by_place) parts.push_back(std::move(part));
  return parts;
}

std::string FormatTable(const Fleet& fleet) {
  std::string text =
      absl::StrFormat("%-12s %-6s %7s %11s %12s %8s %8s %8s\n", "app", "region", "clients",
                      "reported", "acknowledged", "rejected", "lost", "pending");
  for (const FleetTotals& part : fleet.Totals()) text += FormatRow(part);
  text += FormatRow(fleet.Total());
  const FleetTotals grpc = fleet.TotalOver(false);
  const FleetTotals connect = fleet.TotalOver(true);
  if (connect.clients == 0) return text;
  return absl::StrCat(text, "acknowledged over gRPC to ", grpc.clients,
                      " clients: ", grpc.acknowledged, "; over Connect to ", connect.clients,
                      " clients: ", connect.acknowledged, "\n");
}

std::string FormatJson(const Fleet& fleet) {
  const std::vector<FleetTotals> parts = fleet.Totals();
  std::string text = absl::StrCat("{\"total\":", JsonRow(fleet.Total()),
                                  ",\"over\":{\"grpc\":", JsonRow(fleet.TotalOver(false)),
                                  ",\"connect\":", JsonRow(fleet.TotalOver(true)), "},\"parts\":[");
  for (size_t i = 0; i < parts.size(); ++i)
    absl::StrAppend(&text, i == 0 ? "" : ",", JsonRow(parts[i]));
  return text + "]}\n";
}

}  // namespace gmewatch::examples
