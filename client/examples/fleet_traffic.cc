#include "client/examples/fleet_traffic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "absl/strings/string_view.h"

namespace gmewatch::examples {
namespace {

constexpr double kSuccessesPerSecond = 0.5;
constexpr absl::Duration kOutageRamp = absl::Seconds(30);

struct CodeRate {
  int32_t code;
  double quiet;   // events per second and client without an outage
  double outage;  // added at the depth of an outage
  // What SDK 3 answers with instead; 0: the same.
  int32_t newer = 0;
};

// About one operation in a hundred fails on a good day; in an outage every second one does. The
// timeouts of client and server rise together, as they do not if a player's network is bad.
constexpr std::array kCodeRates = {
    CodeRate{1005, 0.0012, 0.22},    CodeRate{10004, 0.0004, 0.12},
    CodeRate{10001, 0.0003, 0.06},   CodeRate{1001, 0.0008, 0.002},
    CodeRate{1003, 0.0006, 0},       CodeRate{1101, 0.0002, 0, 1007},
    CodeRate{1201, 0.0003, 0.004},   CodeRate{1301, 0.0003, 0},
    CodeRate{10003, 0.0002, 0},      CodeRate{10006, 0.0002, 0.003, 1009},
    CodeRate{4103, 0.0005, 0, 4100}, CodeRate{4102, 0.0002, 0},
    CodeRate{8195, 0.0002, 0.01},    CodeRate{12291, 0.0002, 0.008},
    CodeRate{20481, 0.0001, 0},
};

struct Share {
  absl::string_view name;
  double share;
};

constexpr std::array kApps = {Share{"demo", 0.6}, Share{"demo-arena", 0.25},
                              Share{"demo-racing", 0.15}};
constexpr std::array kRegions = {Share{"eu", 0.4}, Share{"us", 0.25}, Share{"asia", 0.25},
                                 Share{"sa", 0.1}};
constexpr std::array kAppVersions = {Share{"1.5.0", 0.7}, Share{"1.4.2", 0.2}, Share{"1.4.0", 0.1}};
constexpr std::array kSdkVersions = {Share{"2.9.7", 0.8}, Share{"2.9.6", 0.2}};
// One app has moved to the next generation.
constexpr absl::string_view kNewerApp = "demo-racing";
constexpr absl::string_view kNewerSdk = "3.1.2";
constexpr std::array kPlatforms = {Share{"android", 0.5}, Share{"ios", 0.3}, Share{"windows", 0.2}};

template <size_t size>
std::string Pick(const std::array<Share, size>& shares, std::mt19937_64* random) {
  double rest = std::uniform_real_distribution<double>(0, 1)(*random);
  for (const Share& share : shares) {
    rest -= share.share;
    if (rest < 0) return std::string(share.name);
  }
  return std::string(shares.front().name);
}

// The time of the evening, as a part of the day.
double EveningOf(absl::string_view region) {
  if (region == "asia") return 0.45;
  if (region == "eu") return 0.75;
  return 0.95;
}

}  // namespace

FleetTraffic::FleetTraffic(uint64_t seed, absl::Duration day, Outage outage)
    : random_(seed), day_(day), outage_(std::move(outage)) {}

Player FleetTraffic::NextPlayer() {
  Player player;
  player.app = Pick(kApps, &random_);
  player.region = Pick(kRegions, &random_);
  player.app_version = Pick(kAppVersions, &random_);
  const std::string sdk_version = Pick(kSdkVersions, &random_);
  player.sdk_version = player.app == kNewerApp ? std::string(kNewerSdk) : sdk_version;
  player.platform = Pick(kPlatforms, &random_);
  return player;
}

double FleetTraffic::OutageDepth(const Player& player, absl::Duration at) const {
  if (player.region != outage_.region) return 0;
  const absl::Duration begun = at - outage_.after;
  const absl::Duration left = outage_.length - begun;
  return std::clamp(absl::FDivDuration(std::min(begun, left), kOutageRamp), 0.0, 1.0);
}

double FleetTraffic::Rhythm(const Player& player, absl::Duration at) const {
  const double phase = absl::FDivDuration(at, day_) + 0.75 - EveningOf(player.region);
  return 1 + 0.6 * std::cos(2 * std::numbers::pi * phase);
}

void FleetTraffic::Add(int32_t code, double expected, std::vector<CodeCount>* events) {
  if (expected <= 0) return;
  const auto count = std::poisson_distribution<uint32_t>(expected)(random_);
  if (count > 0) events->push_back({code, count});
}

void FleetTraffic::Draw(const Player& player, absl::Duration at, absl::Duration length,
                        std::vector<CodeCount>* events) {
  const double depth = OutageDepth(player, at);
  const double operations = Rhythm(player, at) * absl::ToDoubleSeconds(length);
  Add(0, kSuccessesPerSecond * (1 - 0.6 * depth) * operations, events);
  // One draw for all codes, because usually there is no error at all.
  const auto rate = [&](const CodeRate& row) { return row.quiet + row.outage * depth; };
  const double total =
      std::accumulate(kCodeRates.begin(), kCodeRates.end(), 0.0,
                      [&](double sum, const CodeRate& row) { return sum + rate(row); });
  uint32_t errors = std::poisson_distribution<uint32_t>(total * operations)(random_);
  for (; errors > 0; --errors) {
    double rest = std::uniform_real_distribution<double>(0, total)(random_);
    for (const CodeRate& row : kCodeRates) {
      rest -= rate(row);
      if (rest >= 0 && &row != &kCodeRates.back()) continue;
      const bool is_newer = row.newer != 0 && player.app == kNewerApp;
      events->push_back({is_newer ? row.newer : row.code, 1});
      break;
    }
  }
}

}  // namespace gmewatch::examples
