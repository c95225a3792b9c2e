// Batches in epochs, as the committer makes them, for benchmarks of what an epoch costs; over the
// wire the same codes and counts come from tests/bench/load.h.
//
// Thread safety: none. Random with a fixed seed, so every run has the same batches.
#ifndef GMEWATCH_TESTS_BENCH_TRAFFIC_H_
#define GMEWATCH_TESTS_BENCH_TRAFFIC_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "daemon/model/batch.h"
#include "daemon/model/epoch.h"
#include "tests/support/random.h"

namespace gmewatch {

inline constexpr int64_t kTrafficTimeMs = 1'700'000'000'000;

// An epoch with the policy: all codes of the catalogue, any place.
Epoch FirstEpoch();

// Adds batches of a set of sessions to epochs, each with the session's next number.
class Traffic {
 public:
  // Batches have `entries`; the sessions come from eight regions with `versions` of the game each.
  Traffic(size_t sessions, size_t entries, size_t versions = 1);

  // Adds the next batch of a session.
  void Add(size_t session, Epoch* epoch);
  // Adds a batch of a random session, `batches` times.
  void AddRandom(size_t batches, Epoch* epoch);
  size_t sessions() const { return sequences_.size(); }

 private:
  Random random_{1};
  std::vector<uint64_t> sequences_;
  std::vector<HashedOrigin> origins_;
  Batch batch_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_BENCH_TRAFFIC_H_
