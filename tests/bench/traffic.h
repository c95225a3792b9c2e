// Epochs as the committer makes them, for the programs that measure what an epoch costs.
//
// Thread safety: none. Random but seeded, so each run has the same.
#ifndef GMEWATCH_TESTS_BENCH_TRAFFIC_H_
#define GMEWATCH_TESTS_BENCH_TRAFFIC_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "daemon/model/batch.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

inline constexpr int64_t kTrafficTimeMs = 1'700'000'000'000;

// The policy: every code of the catalogue, places as they come.
Epoch FirstEpoch();

// Gives batches of sessions in a random order, each with its next number.
class Traffic {
 public:
  // `entries` in a batch; `versions` of the game in each of eight regions.
  Traffic(size_t sessions, size_t entries, size_t versions = 1);

  void Add(size_t session, Epoch* epoch);
  void AddRandom(size_t batches, Epoch* epoch);
  size_t sessions() const { return sequences_.size(); }

 private:
  std::mt19937_64 random_{1};
  std::vector<uint64_t> sequences_;
  std::vector<HashedOrigin> origins_;
  Batch batch_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_BENCH_TRAFFIC_H_
