#include "daemon/read_barrier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kLong = absl::Minutes(1);

// A log of two partitions whose markers the test lets land.
class ReadBarrierTest : public ::testing::Test {
 protected:
  // Waits until so many rounds were written.
  void AwaitRounds(uint64_t rounds) {
    absl::MutexLock lock(&mutex_);
    const auto written = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return rounds_ >= rounds; };
    mutex_.Await(absl::Condition(&written));
  }
  uint64_t rounds() {
    absl::MutexLock lock(&mutex_);
    return rounds_;
  }
  void Land(uint64_t round) {
    barrier_.Applied(0, round);
    barrier_.Applied(1, round);
  }
  // A reader that expects to be let through.
  std::thread Read() {
    return std::thread([this] {
      const absl::Status status = barrier_.Wait(kLong);
      EXPECT_TRUE(status.ok()) << status;
      ++through_;
    });
  }

  RealClock clock_;
  absl::Mutex mutex_;
  uint64_t rounds_ ABSL_GUARDED_BY(mutex_) = 0;
  std::atomic<int> through_{0};
  ReadBarrier barrier_{2, clock_, [this](uint64_t round) {
                         absl::MutexLock lock(&mutex_);
                         EXPECT_EQ(round, rounds_ + 1);
                         rounds_ = round;
                       }};
};

TEST_F(ReadBarrierTest, LetsAReaderThroughWhenItsMarkersAreAppliedInAllPartitions) {
  std::thread reader = Read();
  AwaitRounds(1);
  EXPECT_FALSE(barrier_.applied_up_to().has_value());
  const absl::Duration before = clock_.Monotonic();
  barrier_.Applied(1, 1);
  EXPECT_EQ(through_, 0);
  EXPECT_FALSE(barrier_.applied_up_to().has_value());
  barrier_.Applied(0, 1);
  reader.join();
  ASSERT_TRUE(barrier_.applied_up_to().has_value());
  EXPECT_LE(*barrier_.applied_up_to(), before);
}

TEST_F(ReadBarrierTest, AReaderIsNotLetThroughByMarkersFromBeforeItAsked) {
  std::thread first = Read();
  AwaitRounds(1);
  // Asks after the first round was written; is let through by the second alone.
  std::thread second = Read();
  Land(1);
  first.join();
  AwaitRounds(2);
  EXPECT_EQ(through_, 1);
  Land(2);
  second.join();
}

TEST_F(ReadBarrierTest, ReadersThatAskWhileARoundIsUnderWayShareTheNext) {
  std::thread first = Read();
  AwaitRounds(1);
  constexpr int kReaders = 8;
  std::vector<std::thread> readers;
  readers.reserve(kReaders);
  for (int i = 0; i < kReaders; ++i) readers.push_back(Read());
  Land(1);
  first.join();
  // The last of them may not have asked yet when the second round began.
  uint64_t landed = 1;
  while (through_ < 1 + kReaders) {
    if (rounds() > landed) Land(++landed);
    std::this_thread::yield();
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_LT(rounds(), 1U + kReaders);
}

TEST_F(ReadBarrierTest, ANewRoundFollowsOneWhoseMarkersAreLost) {
  std::thread reader = Read();
  AwaitRounds(1);
  barrier_.Applied(0, 1);
  AwaitRounds(2);
  Land(2);
  reader.join();
}

TEST_F(ReadBarrierTest, AReaderWhoseTimeIsOverHearsWhichPartitionIsBehind) {
  barrier_.Applied(0, 5);
  const absl::Status status = barrier_.Wait(absl::Milliseconds(20));
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(status.message()), HasSubstr("partition 1 of the log"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("20ms"));
}

TEST_F(ReadBarrierTest, AReaderThatGaveUpLeavesTheNextRoundToTheOthers) {
  std::thread reader = Read();
  AwaitRounds(1);
  EXPECT_FALSE(barrier_.Wait(absl::Milliseconds(1)).ok());
  Land(1);
  reader.join();
  std::thread next = Read();
  AwaitRounds(2);
  Land(2);
  next.join();
}

TEST_F(ReadBarrierTest, AStopEndsAllWaits) {
  std::thread reader(
      [this] { EXPECT_EQ(barrier_.Wait(kLong).code(), absl::StatusCode::kCancelled); });
  AwaitRounds(1);
  barrier_.Stop();
  reader.join();
  EXPECT_EQ(barrier_.Wait(kLong).code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace gmewatch
