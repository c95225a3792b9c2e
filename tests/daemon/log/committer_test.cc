#include "daemon/log/committer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/daemon/log/committer_fakes.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Batch SomeBatch(uint64_t sequence, uint32_t count = 1) {
  Batch batch;
  batch.session = {1, 1};
  batch.sequence = sequence;
  batch.entries = {{1005, count}};
  return batch;
}

class CommitterTest : public ::testing::Test {
 protected:
  Committer* Make(CommitterOptions options = {}) {
    journal_ = std::make_unique<Committer>(
        log_, clock_, options, 10, 5,
        [this](uint64_t number, const Epoch& epoch, std::vector<Verdict>* verdicts) {
          applied_.push_back(number);
          // Durable before it is applied.
          applied_before_durable_ |= !log_.records().contains(number);
          verdicts->assign(epoch.batch_count(), Verdict::kCounted);
          rejected_ = epoch.rejected;
          time_ms_.push_back(epoch.time_ms);
        },
        [this](const absl::Status& status) { fatal_ = status; });
    return journal_.get();
  }
  void TearDown() override {
    if (journal_ != nullptr) journal_->Stop();
  }

  ScriptedLog log_;
  RealClock clock_;
  const HashedOrigin origin_{Origin{"demo", "eu", "", "", ""}};
  NotingWaiter waiter_;
  std::vector<uint64_t> applied_;
  std::vector<int64_t> time_ms_;
  bool applied_before_durable_ = false;
  RejectedByReason rejected_{};
  absl::Status fatal_;
  std::unique_ptr<Committer> journal_;
};

TEST_F(CommitterTest, SettlesInOrderAfterTheCommit) {
  Committer* journal = Make();
  log_.Hold(true);
  ASSERT_TRUE(journal->Append(SomeBatch(1), origin_, &waiter_).ok());
  log_.AwaitAttempts(1);
  EXPECT_THAT(waiter_.AwaitNotes(0), IsEmpty());
  ASSERT_TRUE(journal->Append(SomeBatch(2), origin_, &waiter_).ok());
  ASSERT_TRUE(journal->AppendRejected(RejectReason::kInvalid, 7, 3, &waiter_).ok());
  ASSERT_TRUE(journal->Append(SomeBatch(4), origin_, &waiter_).ok());
  log_.Hold(false);
  EXPECT_THAT(waiter_.AwaitNotes(6),
              ElementsAre("counted 1", "end", "counted 2", "refused 3", "counted 4", "end"));
  journal->Stop();
  EXPECT_THAT(applied_, ElementsAre(11, 12));
  EXPECT_FALSE(applied_before_durable_);
  EXPECT_EQ(rejected_[static_cast<size_t>(RejectReason::kInvalid)].events, 7U);
}

TEST_F(CommitterTest, OneCommitTakesAllThatCameMeanwhile) {
  Committer* journal = Make();
  log_.Hold(true);
  ASSERT_TRUE(journal->Append(SomeBatch(1), origin_, &waiter_).ok());
  log_.AwaitAttempts(1);
  for (uint64_t i = 2; i <= 100; ++i) {
    ASSERT_TRUE(journal->Append(SomeBatch(i), origin_, &waiter_).ok());
  }
  log_.Hold(false);
  waiter_.AwaitNotes(102);
  journal->Stop();
  EXPECT_THAT(applied_, ElementsAre(11, 12));
}

TEST_F(CommitterTest, TimeInTheLogNeverGoesBack) {
  class BackwardClock final : public Clock {
   public:
    absl::Time Now() override { return absl::FromUnixMillis(1000 - calls_++ * 100); }
    absl::Duration Monotonic() override { return real_.Monotonic(); }

   private:
    RealClock real_;
    std::atomic<int> calls_{0};
  };
  BackwardClock clock;
  std::vector<int64_t> times;
  Committer journal(
      log_, clock, {}, 0, 2000,
      [&times](uint64_t, const Epoch& epoch, std::vector<Verdict>* verdicts) {
        times.push_back(epoch.time_ms);
        verdicts->assign(epoch.batch_count(), Verdict::kCounted);
      },
      [](const absl::Status&) {});
  for (uint64_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(journal.Append(SomeBatch(i), origin_, &waiter_).ok());
    ASSERT_TRUE(journal.Flush().ok());
  }
  journal.Stop();
  EXPECT_THAT(times, ElementsAre(2000, 2000, 2000));
}

TEST_F(CommitterTest, AFullLogTurnsAwayEverythingThatWaitsAndGoesOnLater) {
  Committer* journal = Make();
  log_.FailWith(absl::ResourceExhaustedError("disk full"));
  log_.Hold(true);
  ASSERT_TRUE(journal->Append(SomeBatch(1, 5), origin_, &waiter_).ok());
  log_.AwaitAttempts(1);
  // Came after the one that fails, so it must not be counted before that is sent again.
  ASSERT_TRUE(journal->Append(SomeBatch(2, 3), origin_, &waiter_).ok());
  log_.Hold(false);
  EXPECT_THAT(waiter_.AwaitNotes(3),
              ElementsAre("failed 1 RESOURCE_EXHAUSTED", "failed 2 RESOURCE_EXHAUSTED", "end"));
  EXPECT_TRUE(absl::IsResourceExhausted(journal->Append(SomeBatch(3, 2), origin_, &waiter_)));
  log_.FailWith(absl::OkStatus());
  // It tries again by itself; then batches are taken again, and what was turned away is counted.
  absl::Status appended = absl::UnknownError("");
  while (!appended.ok()) {
    std::this_thread::yield();
    appended = journal->Append(SomeBatch(1, 5), origin_, &waiter_);
  }
  EXPECT_THAT(waiter_.AwaitNotes(5).back(), "end");
  journal->Stop();
  Epoch first = *Epoch::Parse(log_.records().begin()->second);
  const Rejected& turned_away = first.rejected[static_cast<size_t>(RejectReason::kLogFailed)];
  EXPECT_GE(turned_away.batches, 3U);
  EXPECT_GE(turned_away.events, 10U);
  EXPECT_EQ(log_.records().begin()->first, 11U);
  EXPECT_TRUE(fatal_.ok());
}

TEST_F(CommitterTest, ALogAtItsEndIsToldAndNothingMoreIsTaken) {
  Committer* journal = Make();
  log_.FailWith(absl::InternalError("fsync failed"));
  ASSERT_TRUE(journal->Append(SomeBatch(1), origin_, &waiter_).ok());
  EXPECT_THAT(waiter_.AwaitNotes(2), ElementsAre("failed 1 INTERNAL", "end"));
  EXPECT_FALSE(journal->Flush().ok());
  EXPECT_TRUE(absl::IsUnavailable(journal->Append(SomeBatch(1), origin_, &waiter_)));
  journal->Stop();
  EXPECT_EQ(fatal_.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(applied_, IsEmpty());
}

TEST_F(CommitterTest, TakesNoMoreThanItsMemoryAllows) {
  CommitterOptions options;
  options.max_pending_bytes = 1000;
  Committer* journal = Make(options);
  log_.Hold(true);
  uint64_t taken = 0;
  while (journal->Append(SomeBatch(taken + 1), origin_, &waiter_).ok()) ++taken;
  EXPECT_GT(taken, 5U);
  EXPECT_LT(taken, 30U);
  EXPECT_GT(journal->Fullness(), 0.5);
  log_.Hold(false);
  ASSERT_TRUE(journal->Flush().ok());
  EXPECT_EQ(journal->Fullness(), 0);
  EXPECT_TRUE(journal->Append(SomeBatch(taken + 1), origin_, &waiter_).ok());
}

TEST_F(CommitterTest, RefusalsThatWaitFillItToo) {
  CommitterOptions options;
  options.max_pending_bytes = 1000;
  Committer* journal = Make(options);
  log_.Hold(true);
  ASSERT_TRUE(journal->AppendRejected(RejectReason::kInvalid, 1, 0, &waiter_).ok());
  log_.AwaitAttempts(1);
  double fullness = 0;
  int taken = 0;
  for (; taken < 1000; ++taken) {
    if (!journal->AppendRejected(RejectReason::kInvalid, 1, 0, &waiter_).ok()) break;
    fullness = journal->Fullness();
  }
  EXPECT_LT(taken, 1000);
  // So that clients are slowed down before any is turned away.
  EXPECT_GT(fullness, 0.9);
  EXPECT_GT(journal->stats().pending_bytes, 900U);
  log_.Hold(false);
  ASSERT_TRUE(journal->Flush().ok());
  EXPECT_EQ(journal->Fullness(), 0);
}

TEST_F(CommitterTest, StopCommitsWhatIsOpenAndThenTakesNothing) {
  CommitterOptions options;
  options.commit_interval = absl::Hours(1);
  Committer* journal = Make(options);
  // The first commit of all waits for nothing; the second would wait an hour.
  ASSERT_TRUE(journal->Append(SomeBatch(1), origin_, &waiter_).ok());
  waiter_.AwaitNotes(2);
  ASSERT_TRUE(journal->Append(SomeBatch(2), origin_, &waiter_).ok());
  journal->Stop();
  EXPECT_THAT(waiter_.AwaitNotes(4), ElementsAre("counted 1", "end", "counted 2", "end"));
  EXPECT_TRUE(absl::IsUnavailable(journal->Append(SomeBatch(3), origin_, &waiter_)));
}

TEST_F(CommitterTest, StopEndsOverALogThatStaysFull) {
  Committer* journal = Make();
  log_.FailWith(absl::ResourceExhaustedError("disk full"));
  ASSERT_TRUE(journal->Append(SomeBatch(1), origin_, &waiter_).ok());
  journal->Stop();
  EXPECT_THAT(waiter_.AwaitNotes(2), ElementsAre("failed 1 RESOURCE_EXHAUSTED", "end"));
}

TEST_F(CommitterTest, ManyThreadsLoseNothing) {
  Committer* journal = Make();
  constexpr int kThreads = 4;
  constexpr uint64_t kBatches = 2000;
  std::vector<NotingWaiter> waiters(kThreads);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (NotingWaiter& waiter : waiters) {
    threads.emplace_back([this, journal, &waiter] {
      for (uint64_t i = 1; i <= kBatches; ++i) {
        ASSERT_TRUE(journal->Append(SomeBatch(i), origin_, &waiter).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  journal->Stop();
  uint64_t batches = 0;
  for (const auto& [number, record] : log_.records()) {
    batches += Epoch::Parse(record)->batch_count();
  }
  EXPECT_EQ(batches, kThreads * kBatches);
  for (NotingWaiter& waiter : waiters) {
    uint64_t next = 1;
    for (const std::string& note : waiter.AwaitNotes(kBatches)) {
      if (note == "end") continue;
      EXPECT_EQ(note, absl::StrCat("counted ", next++));
    }
    EXPECT_EQ(next, kBatches + 1);
  }
}

}  // namespace
}  // namespace gmewatch
