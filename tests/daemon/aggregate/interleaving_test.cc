// The state of a counter is a pure function of how far each partition was applied.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/daemon/aggregate/shared_log.h"

namespace gmewatch {
namespace {

constexpr uint64_t kSeed = 20'240'607;
constexpr int kLogs = 20;
constexpr int kInterleavings = 50;  // of each log

std::string Applied(const RandomLog& log, const std::vector<int32_t>& turns, int64_t recover_at) {
  const internal::Policy policy = SharedPolicy(RandomLog::kHorizonMs);
  std::unique_ptr<Aggregate> aggregate = NewShared(RandomLog::kPartitions, policy);
  std::vector<int64_t> offsets(RandomLog::kPartitions);
  for (size_t turn = 0; turn < turns.size(); ++turn) {
    if (static_cast<int64_t>(turn) == recover_at) aggregate = Recovered(aggregate.get(), policy);
    const auto p = static_cast<size_t>(turns[turn]);
    ApplyTo(aggregate.get(), turns[turn], offsets[p],
            log.partitions()[p][static_cast<size_t>(offsets[p])]);
    ++offsets[p];
  }
  return StateOf(aggregate.get());
}

TEST(InterleavingTest, AThousandOrdersOfTheSamePrefixesGiveTheSameState) {
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < kLogs; ++i) {
    const uint64_t seed = random();
    const RandomLog log(seed);
    const std::string first = Applied(log, RandomLog::Turns(log.partitions(), &random), -1);
    for (int n = 1; n < kInterleavings; ++n) {
      const std::vector<int32_t> turns = RandomLog::Turns(log.partitions(), &random);
      // Every third recovers from a checkpoint on the way.
      const auto recover_at =
          n % 3 == 0 ? static_cast<int64_t>(random() % turns.size()) : int64_t{-1};
      ASSERT_EQ(Applied(log, turns, recover_at), first) << "log " << seed << ", order " << n;
    }
  }
}

// What the test above relies on happens in its logs.
TEST(InterleavingTest, TheRandomLogsHaveWhatMayGoWrong) {
  std::mt19937_64 random(kSeed);
  const internal::Policy policy = SharedPolicy(RandomLog::kHorizonMs);
  uint64_t duplicates = 0;
  uint64_t sessions = 0;
  uint64_t full = 0;  // logs with more codes than columns
  RejectedByReason rejected{};
  for (int i = 0; i < kLogs; ++i) {
    const RandomLog log(random());
    const std::unique_ptr<Aggregate> aggregate = NewShared(RandomLog::kPartitions, policy);
    for (int32_t p = 0; p < RandomLog::kPartitions; ++p) {
      int64_t offset = 0;
      for (const LoggedEpoch& record : log.partitions()[static_cast<size_t>(p)]) {
        ApplyTo(aggregate.get(), p, offset++, record);
      }
    }
    const Checkpoint state = aggregate->TakeCheckpoint(false);
    duplicates += state.batches_duplicate;
    for (const PartitionRow& row : state.partitions) sessions += row.counted.sessions;
    full += state.partitions[0].granted_requests.size() == kUnknownCodesMax ? 1 : 0;
    for (size_t reason = 0; reason < kRejectReasons; ++reason) {
      rejected[reason].batches += state.rejected[reason].batches;
    }
  }
  EXPECT_GT(duplicates, 50U * kLogs);
  EXPECT_GT(sessions, 60U * kLogs) << "of 48 each: they expire and come back";
  EXPECT_GT(full, kLogs / 4U);
  for (const RejectReason reason :
       {RejectReason::kOverloaded, RejectReason::kPermissionDenied, RejectReason::kInvalid}) {
    EXPECT_GT(rejected[static_cast<size_t>(reason)].batches, 0U) << RejectReasonLabel(reason);
  }
}

}  // namespace
}  // namespace gmewatch
