#include "daemon/log/committer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/daemon/log/committer_fakes.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

Batch SomeBatch(uint64_t sequence, uint32_t count = 1) {
  Batch batch;
  batch.session = {1, 1};
  batch.sequence = sequence;
  batch.entries = {{1005, count}};
  return batch;
}

class CommitterTest : public ::testing::Test {
 protected:
  Committer* Make(CommitterOptions options = {}, int64_t last_steady_ms = 5) {
    committer_ = std::make_unique<Committer>(
        log_, clock_, options, 10, last_steady_ms,
        [this](uint64_t number, const Epoch& epoch, std::vector<Verdict>* verdicts) {
          applied_.push_back(number);
          // Durable before it is applied.
          applied_before_durable_ |= !log_.records().contains(number);
          verdicts->assign(CountBatches(epoch), Verdict::kCounted);
          rejected_ = epoch.rejected;
          time_ms_.push_back(epoch.time_ms);
        },
        [this](const absl::Status& status) { fatal_ = status; },
        [this](const RejectedByReason& kept) { shown_ = kept; });
    return committer_.get();
  }
  void TearDown() override {
    if (committer_ != nullptr) committer_->Stop();
  }

  ScriptedLog log_;
  RealClock clock_;
  const HashedOrigin origin_{Origin{"demo", "eu", "", "", ""}};
  RecordingWaiter waiter_;
  std::vector<uint64_t> applied_;
  std::vector<int64_t> time_ms_;
  bool applied_before_durable_ = false;
  RejectedByReason rejected_{};
  RejectedByReason shown_{};
  absl::Status fatal_;
  std::unique_ptr<Committer> committer_;
};

TEST_F(CommitterTest, SettlesInOrderAfterTheCommit) {
  Committer* committer = Make();
  log_.Hold(true);
  ASSERT_TRUE(committer->Append(SomeBatch(1), origin_, &waiter_).ok());
  log_.AwaitAttempts(1);
  EXPECT_THAT(waiter_.AwaitCalls(0), IsEmpty());
  ASSERT_TRUE(committer->Append(SomeBatch(2), origin_, &waiter_).ok());
  ASSERT_TRUE(committer->AppendRejected(RejectReason::kInvalid, 7, 3, &waiter_).ok());
  ASSERT_TRUE(committer->Append(SomeBatch(4), origin_, &waiter_).ok());
  log_.Hold(false);
  EXPECT_THAT(waiter_.AwaitCalls(6),
              ElementsAre("counted 1", "end", "counted 2", "rejected 3", "counted 4", "end"));
  committer->Stop();
  EXPECT_THAT(applied_, ElementsAre(11, 12));
  EXPECT_FALSE(applied_before_durable_);
  EXPECT_EQ(rejected_[static_cast<size_t>(RejectReason::kInvalid)].events, 7U);
}

TEST_F(CommitterTest, OneCommitTakesAllThatCameMeanwhile) {
  Committer* committer = Make();
  log_.Hold(true);
  ASSERT_TRUE(committer->Append(SomeBatch(1), origin_, &waiter_).ok());
  log_.AwaitAttempts(1);
  for (uint64_t i = 2; i <= 100; ++i) {
    ASSERT_TRUE(committer->Append(SomeBatch(i), origin_, &waiter_).ok());
  }
  log_.Hold(false);
  waiter_.AwaitCalls(102);
  committer->Stop();
  EXPECT_THAT(applied_, ElementsAre(11, 12));
}

TEST_F(CommitterTest, SteadyTimeFollowsTheMonotonicClockWhateverTheWallClockSays) {
  ManualClock clock(absl::FromUnixMillis(7000));
  std::vector<std::pair<int64_t, int64_t>> times;
  Committer committer(
      log_, clock, {}, 0, 2000,
      [&times](uint64_t, const Epoch& epoch, std::vector<Verdict>* verdicts) {
        times.emplace_back(epoch.time_ms, epoch.steady_ms);
        verdicts->assign(CountBatches(epoch), Verdict::kCounted);
      },
      [](const absl::Status&) {});
  uint64_t sequence = 0;
  const auto commit = [&] {
    clock.Advance(absl::Milliseconds(50));
    ASSERT_TRUE(committer.Append(SomeBatch(++sequence), origin_, &waiter_).ok());
    ASSERT_TRUE(committer.Flush().ok());
  };
  commit();
  clock.Set(absl::FromUnixMillis(9'000'000));
  commit();
  clock.Set(absl::FromUnixMillis(1000));
  commit();
  committer.Stop();
  EXPECT_THAT(times, ElementsAre(Pair(7050, 2050), Pair(9'000'050, 2100), Pair(1050, 2150)));
}

TEST_F(CommitterTest, SteadyTimeBeginsAtTheTimeOfTheFirstEpoch) {
  Committer* committer = Make({}, 0);
  ASSERT_TRUE(committer->Append(SomeBatch(1), origin_, &waiter_).ok());
  committer->Stop();
  const Epoch first = *Epoch::Parse(log_.records().begin()->second);
  EXPECT_GT(first.steady_ms, 1'700'000'000'000);
}

TEST_F(CommitterTest, AFullLogRejectsEverythingThatWaitsAndGoesOnLater) {
  Committer* committer = Make();
  log_.FailWith(absl::ResourceExhaustedError("disk full"));
  log_.Hold(true);
  ASSERT_TRUE(committer->Append(SomeBatch(1, 5), origin_, &waiter_).ok());
  log_.AwaitAttempts(1);
  // It comes after a batch that fails, so it must not be counted before that one is sent again.
  ASSERT_TRUE(committer->Append(SomeBatch(2, 3), origin_, &waiter_).ok());
  log_.Hold(false);
  EXPECT_THAT(waiter_.AwaitCalls(3),
              ElementsAre("failed 1 RESOURCE_EXHAUSTED", "failed 2 RESOURCE_EXHAUSTED", "end"));
  EXPECT_TRUE(absl::IsResourceExhausted(committer->Append(SomeBatch(3, 2), origin_, &waiter_)));
  EXPECT_THAT(waiter_.AwaitCalls(5)[3], "failed 3 RESOURCE_EXHAUSTED");
  log_.FailWith(absl::OkStatus());
  // The committer tries again by itself; then it takes batches and counts the rejected ones.
  while (!committer->Check().ok()) std::this_thread::yield();
  EXPECT_TRUE(committer->Append(SomeBatch(1, 5), origin_, &waiter_).ok());
  EXPECT_THAT(waiter_.AwaitCalls(7)[5], "counted 1");
  committer->Stop();
  Epoch first = *Epoch::Parse(log_.records().begin()->second);
  const Rejected& rejected = first.rejected[static_cast<size_t>(RejectReason::kLogFailed)];
  EXPECT_GE(rejected.batches, 3U);
  EXPECT_GE(rejected.events, 10U);
  EXPECT_EQ(log_.records().begin()->first, 11U);
  EXPECT_TRUE(fatal_.ok());
}

TEST_F(CommitterTest, APermanentFailureOfTheLogIsReportedAndNothingMoreIsTaken) {
  Committer* committer = Make();
  log_.FailWith(absl::InternalError("fsync failed"));
  ASSERT_TRUE(committer->Append(SomeBatch(1), origin_, &waiter_).ok());
  EXPECT_THAT(waiter_.AwaitCalls(2), ElementsAre("failed 1 INTERNAL", "end"));
  EXPECT_FALSE(committer->Flush().ok());
  EXPECT_TRUE(absl::IsUnavailable(committer->Append(SomeBatch(1), origin_, &waiter_)));
  committer->Stop();
  EXPECT_EQ(fatal_.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(applied_, IsEmpty());
}

TEST_F(CommitterTest, StopCommitsWhatIsOpenAndThenTakesNothing) {
  CommitterOptions options;
  options.commit_interval = absl::Hours(1);
  Committer* committer = Make(options);
  // The first commit does not wait; the second would wait an hour.
  ASSERT_TRUE(committer->Append(SomeBatch(1), origin_, &waiter_).ok());
  waiter_.AwaitCalls(2);
  ASSERT_TRUE(committer->Append(SomeBatch(2), origin_, &waiter_).ok());
  committer->Stop();
  EXPECT_THAT(waiter_.AwaitCalls(4), ElementsAre("counted 1", "end", "counted 2", "end"));
  EXPECT_TRUE(absl::IsUnavailable(committer->Append(SomeBatch(3), origin_, &waiter_)));
}

TEST_F(CommitterTest, ARejectionIsDurableBeforeItsAnswer) {
  CommitterOptions options;
  options.max_pending_bytes = 1000;
  Committer* committer = Make(options);
  log_.Hold(true);
  ASSERT_TRUE(committer->Append(SomeBatch(1), origin_, &waiter_).ok());
  log_.AwaitAttempts(1);
  uint64_t taken = 1;
  while (committer->Append(SomeBatch(taken + 1), origin_, &waiter_).ok()) ++taken;
  RecordingWaiter rejected;
  EXPECT_TRUE(absl::IsResourceExhausted(committer->Append(SomeBatch(7, 4), origin_, &rejected)));
  EXPECT_THAT(rejected.AwaitCalls(0), IsEmpty());
  log_.Hold(false);
  EXPECT_THAT(rejected.AwaitCalls(2), ElementsAre("failed 7 RESOURCE_EXHAUSTED", "end"));
  const Epoch second = *Epoch::Parse(log_.records().at(12));
  EXPECT_EQ(second.rejected[static_cast<size_t>(RejectReason::kOverloaded)].events, 5U);
}

TEST_F(CommitterTest, AStrangerCausesNoCommitAndIsInTheNextOne) {
  Committer* committer = Make();
  for (int i = 0; i < 300; ++i) committer->CountStranger(RejectReason::kUnauthenticated);
  ASSERT_TRUE(committer->Flush().ok());
  EXPECT_EQ(committer->stats().pending_bytes, 0U);
  EXPECT_TRUE(log_.records().empty());
  ASSERT_TRUE(committer->Append(SomeBatch(1, 5), origin_, &waiter_).ok());
  waiter_.AwaitCalls(2);
  EXPECT_EQ(rejected_[static_cast<size_t>(RejectReason::kUnauthenticated)].batches, 300U);
  EXPECT_EQ(rejected_[static_cast<size_t>(RejectReason::kUnauthenticated)].events, 0U);
  EXPECT_EQ(log_.records().size(), 1U);
  committer->CountStranger(RejectReason::kPermissionDenied);
  committer->Stop();
  EXPECT_EQ(rejected_[static_cast<size_t>(RejectReason::kPermissionDenied)].batches, 1U)
      << "a stop is the last commit";
}

TEST_F(CommitterTest, WhatIsRejectedWhileItDrainsIsCountedToo) {
  Committer* committer = Make();
  committer->Drain();
  EXPECT_FALSE(committer->Check().ok());
  for (uint64_t i = 1; i <= 2; ++i) {
    EXPECT_TRUE(absl::IsAborted(committer->Append(SomeBatch(i, 5), origin_, &waiter_)));
    EXPECT_THAT(waiter_.AwaitCalls(2 * i).back(), "end");
  }
  EXPECT_THAT(waiter_.AwaitCalls(4),
              ElementsAre("failed 1 UNAVAILABLE", "end", "failed 2 UNAVAILABLE", "end"));
  uint64_t events = 0;
  for (const auto& [number, record] : log_.records()) {
    events += Epoch::Parse(record)->rejected[static_cast<size_t>(RejectReason::kStopping)].events;
  }
  EXPECT_EQ(events, 10U);
}

TEST_F(CommitterTest, WhatIsRejectedWhileTheLogFailsIsKeptBeforeItsAnswer) {
  Committer* committer = Make();
  log_.FailWith(absl::ResourceExhaustedError("disk full"));
  ASSERT_TRUE(committer->Append(SomeBatch(1, 5), origin_, &waiter_).ok());
  waiter_.AwaitCalls(2);
  const auto events = [this] {
    return log_.kept(11)[static_cast<size_t>(RejectReason::kLogFailed)].events;
  };
  EXPECT_EQ(events(), 5U);
  EXPECT_THAT(std::string(committer->Check().message()), HasSubstr("disk full"));
  EXPECT_FALSE(committer->Append(SomeBatch(2, 3), origin_, &waiter_).ok());
  waiter_.AwaitCalls(4);
  EXPECT_EQ(events(), 8U);
  EXPECT_EQ(shown_[static_cast<size_t>(RejectReason::kLogFailed)].events, 8U);
  committer->Stop();
  EXPECT_EQ(events(), 8U);
}

TEST_F(CommitterTest, StopEndsOverALogThatStaysFull) {
  Committer* committer = Make();
  log_.FailWith(absl::ResourceExhaustedError("disk full"));
  ASSERT_TRUE(committer->Append(SomeBatch(1), origin_, &waiter_).ok());
  committer->Stop();
  EXPECT_THAT(waiter_.AwaitCalls(2), ElementsAre("failed 1 RESOURCE_EXHAUSTED", "end"));
}

TEST_F(CommitterTest, ManyThreadsLoseNothing) {
  Committer* committer = Make();
  constexpr int kThreads = 4;
  constexpr uint64_t kBatches = 2000;
  std::vector<RecordingWaiter> waiters(kThreads);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (RecordingWaiter& waiter : waiters) {
    threads.emplace_back([this, committer, &waiter] {
      for (uint64_t i = 1; i <= kBatches; ++i) {
        ASSERT_TRUE(committer->Append(SomeBatch(i), origin_, &waiter).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  committer->Stop();
  uint64_t batches = 0;
  for (const auto& [number, record] : log_.records()) {
    batches += CountBatches(*Epoch::Parse(record));
  }
  EXPECT_EQ(batches, kThreads * kBatches);
  for (RecordingWaiter& waiter : waiters) {
    uint64_t next = 1;
    for (const std::string& call : waiter.AwaitCalls(kBatches)) {
      if (call == "end") continue;
      EXPECT_EQ(call, absl::StrCat("counted ", next++));
    }
    EXPECT_EQ(next, kBatches + 1);
  }
}

}  // namespace
}  // namespace gmewatch
