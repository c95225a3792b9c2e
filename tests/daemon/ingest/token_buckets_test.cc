#include "daemon/ingest/token_buckets.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace gmewatch {
namespace {

constexpr absl::Duration kNow = absl::Hours(1);
constexpr absl::Duration kTaken = absl::ZeroDuration();

TokenRates EventRate(double per_second, double burst) {
  TokenRates rates;
  rates.events = {per_second, burst};
  return rates;
}

TEST(TokenBucketsTest, TakesTheBurstAndThenTheRate) {
  TokenBuckets buckets(64);
  const TokenRates rates = EventRate(10, 100);
  EXPECT_EQ(buckets.Take(7, {1, 60, 0}, rates, kNow), kTaken);
  EXPECT_EQ(buckets.Take(7, {1, 40, 0}, rates, kNow), kTaken);
  EXPECT_EQ(buckets.Take(7, {1, 20, 0}, rates, kNow), absl::Seconds(2));
  EXPECT_EQ(buckets.Take(7, {1, 20, 0}, rates, kNow + absl::Milliseconds(1999)),
            absl::Milliseconds(1));
  EXPECT_EQ(buckets.Take(7, {1, 20, 0}, rates, kNow + absl::Seconds(2)), kTaken);
  EXPECT_EQ(buckets.Take(8, {1, 100, 0}, rates, kNow), kTaken) << "another key has its own";
  EXPECT_EQ(buckets.Take(7, {1, 100, 0}, rates, kNow + absl::Hours(1)), kTaken)
      << "no more than the burst is kept";
  EXPECT_NE(buckets.Take(7, {1, 1, 0}, rates, kNow + absl::Hours(1)), kTaken);
}

TEST(TokenBucketsTest, WhatIsMoreThanTheBurstFitsIntoAFullBucketAndIsPaidAfterwards) {
  TokenBuckets buckets(64);
  const TokenRates rates = EventRate(10, 100);
  EXPECT_EQ(buckets.Take(7, {1, 1000, 0}, rates, kNow), kTaken);
  EXPECT_EQ(buckets.Take(7, {1, 1000, 0}, rates, kNow), absl::Seconds(100));
  EXPECT_EQ(buckets.Take(7, {1, 1, 0}, rates, kNow), absl::Seconds(90.1));
  EXPECT_EQ(buckets.Take(7, {1, 1000, 0}, rates, kNow + absl::Seconds(100)), kTaken);
}

TEST(TokenBucketsTest, TakesAllKindsOrNone) {
  TokenBuckets buckets(64);
  TokenRates rates = EventRate(10, 100);
  rates.batches = {1, 2};
  rates.sessions = {1, 1};
  EXPECT_EQ(buckets.Take(7, {1, 10, 1}, rates, kNow), kTaken);
  EXPECT_EQ(buckets.Take(7, {1, 10, 1}, rates, kNow), absl::Seconds(1)) << "sessions";
  EXPECT_EQ(buckets.Take(7, {1, 90, 0}, rates, kNow), kTaken) << "nothing was taken for that";
  EXPECT_EQ(buckets.Take(7, {1, 0, 0}, rates, kNow), absl::Seconds(1)) << "batches";
  EXPECT_EQ(buckets.Take(7, {0, 0, 0}, rates, kNow), kTaken);
}

TEST(TokenBucketsTest, ARateOfZeroIsNoLimit) {
  TokenBuckets buckets(64);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(buckets.Take(7, {1, 1'000'000, 1}, TokenRates(), kNow), kTaken);
  }
}

TEST(TokenBucketsTest, WhatIsReturnedIsThereAgain) {
  TokenBuckets buckets(64);
  const TokenRates rates = EventRate(10, 100);
  EXPECT_EQ(buckets.Take(7, {1, 100, 0}, rates, kNow), kTaken);
  buckets.Return(7, {1, 30, 0}, rates);
  EXPECT_EQ(buckets.Take(7, {1, 31, 0}, rates, kNow), absl::Milliseconds(100));
  EXPECT_EQ(buckets.Take(7, {1, 30, 0}, rates, kNow), kTaken);
  buckets.Return(12345, {1, 30, 0}, rates);  // of a key that has none
}

TEST(TokenBucketsTest, AFloodOfKeysForgetsThoseWhoSentLeast) {
  TokenBuckets buckets(256);
  const TokenRates rates = EventRate(10, 100);
  ASSERT_EQ(buckets.Take(1, {1, 100, 0}, rates, kNow), kTaken);
  for (uint64_t key = 2; key < 100'000; ++key) {
    EXPECT_EQ(buckets.Take(key, {1, 1, 0}, rates, kNow), kTaken) << "who sent nothing has all";
  }
  EXPECT_NE(buckets.Take(1, {1, 100, 0}, rates, kNow), kTaken) << "who sent most is remembered";
}

TEST(TokenBucketsTest, ThreadsTogetherTakeNoMoreThanThereIs) {
  TokenBuckets buckets(64);
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        if (buckets.Take(7, {1, 1, 0}, EventRate(1, 500), kNow) == kTaken) ++taken;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken.load(), 500);
}

}  // namespace
}  // namespace gmewatch
