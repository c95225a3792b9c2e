// A log that several processes write, made at random, and what an aggregate makes of it. For the
// tests of this folder.
#ifndef GMEWATCH_TESTS_DAEMON_AGGREGATE_SHARED_LOG_H_
#define GMEWATCH_TESTS_DAEMON_AGGREGATE_SHARED_LOG_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "daemon/aggregate/aggregate.h"
#include "tests/daemon/aggregate/epochs.h"

namespace gmewatch {

inline constexpr char kTopic[] = "gmewatch.epochs";

inline internal::Policy SharedPolicy(int64_t horizon_ms = int64_t{24} * 3600 * 1000) {
  internal::Policy policy = SomePolicy();
  policy.set_session_horizon_ms(horizon_ms);
  policy.set_sessions_of_one_app(true);
  policy.set_sequence_jump_max(1000);
  return policy;
}

inline std::unique_ptr<Aggregate> NewShared(size_t partitions,
                                            const internal::Policy& policy = SharedPolicy()) {
  auto aggregate = std::make_unique<Aggregate>();
  EXPECT_TRUE(aggregate->ShareLog(kTopic, partitions, policy).ok());
  return aggregate;
}

// A record as it is in its partition.
struct LoggedEpoch {
  int64_t time_ms = 0;
  Epoch epoch;
};
using PartitionLog = std::vector<LoggedEpoch>;

inline std::vector<Verdict> ApplyTo(Aggregate* aggregate, int32_t partition, int64_t offset,
                                    const LoggedEpoch& record) {
  std::vector<Verdict> verdicts;
  const absl::Status status =
      aggregate->ApplyRecord({partition, offset, record.time_ms}, record.epoch, &verdicts);
  EXPECT_TRUE(status.ok()) << status;
  return verdicts;
}

// Prefixes of four partitions, the last one an hour behind: batches of sessions that come back
// around the horizon, retries, records that land late or twice, rejections as running sums, markers
// that overtake each other, more codes than there are columns.
class RandomLog {
 public:
  static constexpr int32_t kPartitions = 4;
  static constexpr int64_t kHorizonMs = 600'000;

  explicit RandomLog(uint64_t seed) : random_(seed) {
    for (int32_t p = 0; p < kPartitions; ++p) MakePartition(p);
  }

  const std::vector<PartitionLog>& partitions() const { return logs_; }

  // The partitions in a random order of turns, each with as many as it has records.
  static std::vector<int32_t> Turns(const std::vector<PartitionLog>& logs, std::mt19937_64* random);

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool OneIn(int n) { return Below(n) == 0; }
  void MakePartition(int32_t partition);
  void AddBatches(int32_t partition, Epoch* epoch);
  void AddParts(int32_t partition, Epoch* epoch);
  // A batch of each session with its last number: what is remembered of it shows.
  LoggedEpoch Probe(int32_t partition, int64_t time_ms) const;
  HashedOrigin OriginOf(uint64_t session) const;

  std::mt19937_64 random_;
  std::vector<PartitionLog> logs_;
  std::vector<std::vector<uint64_t>> sequences_;  // by partition and session
  uint64_t rejected_ = 0;                         // by the front of the partition
  uint64_t marker_ = 0;
};

// All that must not depend on how partitions take turns, as text.
std::string StateOf(Aggregate* aggregate);
// The same aggregate after a checkpoint and a recovery.
std::unique_ptr<Aggregate> Recovered(Aggregate* aggregate, const internal::Policy& policy);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_AGGREGATE_SHARED_LOG_H_
