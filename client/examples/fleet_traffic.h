// What a fleet of game clients would report: who they are, and how many of which code in a while.
//
// Thread safety: none. Reads no clock; the same seed gives the same fleet and the same events.
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
  std::string region;  // empty: none
  absl::Duration after;
  absl::Duration length;
};

struct CodeCount {
  int32_t code;
  uint32_t count;
};

class FleetTraffic {
 public:
  // `day` is the length of a day and a night; each region has its own evening.
  FleetTraffic(uint64_t seed, absl::Duration day, Outage outage);

  Player NextPlayer();

  // What a player's client meets from `at` (since the start) for `length`. Adds to `events`.
  void Draw(const Player& player, absl::Duration at, absl::Duration length,
            std::vector<CodeCount>* events);

 private:
  // From 0 to 1: how far the outage has got in this region; it takes half a minute to unfold.
  double OutageDepth(const Player& player, absl::Duration at) const;
  double Rhythm(const Player& player, absl::Duration at) const;
  void Add(int32_t code, double expected, std::vector<CodeCount>* events);

  std::mt19937_64 random_;
  const absl::Duration day_;
  const Outage outage_;
};

}  // namespace gmewatch::examples

#endif  // GMEWATCH_CLIENT_EXAMPLES_FLEET_TRAFFIC_H_
