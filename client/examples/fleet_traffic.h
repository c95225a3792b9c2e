// The players of a simulated fleet and the events that they report.
//
// Part of an example program that ships, so it shares nothing with the generators of the tests: it
// draws what a player would meet over a day, with an outage, while tests/bench/traffic.h makes
// batches for load and tests/support/random.h counts for the detector.
//
// Thread safety: none. Reads no clock; the same seed gives the same fleet and the same events with
// the same standard library.
#ifndef GMEWATCH_CLIENT_EXAMPLES_FLEET_TRAFFIC_H_
#define GMEWATCH_CLIENT_EXAMPLES_FLEET_TRAFFIC_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace gmewatch::examples {

struct Player {
  std::string app;
  std::string region;
  std::string app_version;
  std::string sdk_version;
  std::string platform;
};

struct Outage {
  std::string region;  // empty: no outage
  absl::Duration after;
  absl::Duration length;
};

struct CodeCount {
  int32_t code;
  uint32_t count;
};

class FleetTraffic {
 public:
  // `day` is the length of a day and a night; each region has its evening at another time.
  FleetTraffic(uint64_t seed, absl::Duration day, Outage outage);

  Player NextPlayer();

  // Adds the events of a player's client between `at` (since the start) and `at` + `length`.
  void Draw(const Player& player, absl::Duration at, absl::Duration length,
            std::vector<CodeCount>* events);

 private:
  // The depth of the outage in the player's region, from 0 to 1; it takes half a minute to rise.
  double OutageDepth(const Player& player, absl::Duration at) const;
  // The activity at this time of day; 1 on average.
  double Rhythm(const Player& player, absl::Duration at) const;
  void Add(int32_t code, double expected, std::vector<CodeCount>* events);

  std::mt19937_64 random_;
  const absl::Duration day_;
  const Outage outage_;
};

}  // namespace gmewatch::examples

#endif  // GMEWATCH_CLIENT_EXAMPLES_FLEET_TRAFFIC_H_
