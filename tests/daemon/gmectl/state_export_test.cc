#include "daemon/gmectl/state_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/aggregate/aggregate.h"
#include "daemon/gmectl/kept_state.h"
#include "daemon/log/sqlite_checkpoint.h"
#include "daemon/log/sqlite_log.h"
#include "daemon/log/state_copy.h"
#include "tests/daemon/aggregate/epochs.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const SharedTopic kTopic = {"gmewatch.epochs", 2};

Epoch EpochOf(uint64_t session, uint64_t sequence, std::vector<Entry> entries) {
  Epoch epoch;
  epoch.time_ms = kStartMs;
  epoch.Add(SomeBatch(session, sequence, std::move(entries)), From("demo", "eu"));
  return epoch;
}

class StateExportTest : public ::testing::Test {
 protected:
  // The state of a daemon that was killed: two epochs in a checkpoint and one after it, and a
  // rejection that is in none.
  void SetUp() override {
    const auto log = SqliteLog::Open(all_);
    ASSERT_TRUE(log.ok()) << log.status();
    Aggregate aggregate;
    std::vector<Verdict> verdicts;
    Epoch first = EpochOf(1, 1, {{1005, 3}, {424242, 2}});
    first.policy = SomePolicy();
    const std::vector<Epoch> epochs = {first, EpochOf(2, 1, {{0, 40}}), EpochOf(1, 2, {{1005, 4}})};
    for (uint64_t i = 0; i < epochs.size(); ++i) {
      ASSERT_TRUE((*log)->Append(i + 1, epochs[i]).ok());
      aggregate.Apply(i + 1, epochs[i], &verdicts);
      if (i != 1) continue;
      Checkpoint checkpoint = aggregate.TakeCheckpoint(/*changed_only=*/false);
      checkpoint.detector = {{{"demo", "eu"}, "learned"}};
      checkpoint.detector_whole = true;
      checkpoint.triage = "history";
      checkpoint.silence = "quiet";
      ASSERT_TRUE((*log)->SaveCheckpoint(checkpoint).ok());
    }
    RejectedByReason rejected{};
    rejected[0] = {5, 50};
    ASSERT_TRUE((*log)->KeepRejected(4, rejected).ok());
  }
  void ToCounter() {
    const auto done = ExportForCounters(all_, kTopic, counter_);
    ASSERT_TRUE(done.ok()) << done.status();
    EXPECT_THAT(*done, AllOf(HasSubstr("topic gmewatch.epochs with 2 partitions"),
                             HasSubstr("3 batches counted, 2 sessions, 1 (app, region) pairs")));
  }
  // A retry of what was counted, and the next batch of the session, in either partition.
  static void ExpectGoesOn(Aggregate* aggregate, int32_t partition) {
    std::vector<Verdict> verdicts;
    Epoch epoch = EpochOf(1, 2, {{1005, 4}});
    epoch.Add(SomeBatch(1, 3, {{1005, 10}}), From("demo", "eu"));
    epoch.shared.writer.a = 1;
    ASSERT_TRUE(aggregate->ApplyRecord({partition, 0, kStartMs + 1000}, epoch, &verdicts).ok());
    EXPECT_EQ(verdicts, (std::vector<Verdict>{Verdict::kDuplicate, Verdict::kCounted}));
  }

  TempDir dir_;
  const std::string all_ = dir_.File("all");
  const std::string counter_ = dir_.File("counter");
};

TEST_F(StateExportTest, ACounterGoesOnFromTheLastEpochOfADaemon) {
  ToCounter();
  const auto store = SqliteCheckpoint::Open(counter_);
  ASSERT_TRUE(store.ok()) << store.status();
  const auto loaded = (*store)->LoadCheckpoint();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const Checkpoint& checkpoint = **loaded;
  EXPECT_EQ(checkpoint.rejected[0].batches, 5U);
  EXPECT_EQ(checkpoint.triage, "history");
  EXPECT_EQ(checkpoint.silence, "quiet");
  ASSERT_EQ(checkpoint.detector.size(), 1U);
  EXPECT_EQ(checkpoint.detector[0].bytes, "learned");
  for (const int32_t partition : {0, 1}) {
    Aggregate aggregate;
    ASSERT_TRUE(aggregate.Restore(checkpoint).ok());
    ASSERT_TRUE(aggregate.ShareLog(kTopic.name, 2, SomePolicy()).ok());
    EXPECT_EQ(EventsAt(aggregate, "demo", "eu", 1005), 7U);
    EXPECT_EQ(EventsAt(aggregate, "demo", "eu", 424242), 2U);
    ExpectGoesOn(&aggregate, partition);
    EXPECT_EQ(EventsAt(aggregate, "demo", "eu", 1005), 17U);
  }
}

TEST_F(StateExportTest, ADaemonGoesOnFromTheLastRecordOfACounter) {
  ToCounter();
  {
    const auto store = SqliteCheckpoint::Open(counter_);
    ASSERT_TRUE(store.ok());
    Aggregate aggregate;
    ASSERT_TRUE(aggregate.Restore(**(*store)->LoadCheckpoint()).ok());
    ASSERT_TRUE(aggregate.ShareLog(kTopic.name, 2, SomePolicy()).ok());
    ExpectGoesOn(&aggregate, 1);
    Checkpoint checkpoint = aggregate.TakeCheckpoint(/*changed_only=*/true);
    checkpoint.triage = "later history";
    ASSERT_TRUE((*store)->SaveCheckpoint(checkpoint).ok());
  }
  const std::string back = dir_.File("back");
  const auto done = ExportForAll(counter_, back);
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_THAT(*done, HasSubstr("4 batches counted"));
  const auto log = SqliteLog::Open(back);
  ASSERT_TRUE(log.ok()) << log.status();
  Aggregate aggregate;
  const auto at = RecoverState(log->get(), &aggregate);
  ASSERT_TRUE(at.ok()) << at.status();
  EXPECT_EQ(EventsAt(aggregate, "demo", "eu", 1005), 17U);
  EXPECT_EQ(at->triage, "later history");
  EXPECT_EQ(at->rejected[0].batches, 5U);
  std::vector<Verdict> verdicts;
  Epoch epoch = EpochOf(1, 3, {{1005, 10}});
  epoch.Add(SomeBatch(2, 2, {{1005, 1}}), From("demo", "eu"));
  ASSERT_TRUE((*log)->Append(at->epoch + 1, epoch).ok());
  aggregate.Apply(at->epoch + 1, epoch, &verdicts);
  EXPECT_EQ(verdicts, (std::vector<Verdict>{Verdict::kDuplicate, Verdict::kCounted}));
  EXPECT_EQ(EventsAt(aggregate, "demo", "eu", 1005), 18U);
}

TEST_F(StateExportTest, SaysWhoseStateItIs) {
  ToCounter();
  EXPECT_EQ(*RoleOfState(all_), StateRole::kAll);
  EXPECT_EQ(*RoleOfState(counter_), StateRole::kCounter);
  const auto message = [](const auto& done) { return std::string(done.status().message()); };
  EXPECT_THAT(message(ExportForAll(all_, dir_.File("x"))), HasSubstr("is a state of role all"));
  EXPECT_THAT(message(ExportForCounters(counter_, kTopic, dir_.File("x"))),
              HasSubstr("is a counter's state"));
  EXPECT_THAT(message(ExportForAll(counter_, all_)), HasSubstr("exists; allowed:"));
  EXPECT_THAT(message(ExportForAll(dir_.path(), dir_.File("x"))),
              AllOf(HasSubstr("there is no state"), HasSubstr("state.db is missing")));
  // A state.db alone that is no counter's lacks its journal.
  ASSERT_EQ(std::remove((all_ + "/journal.db").c_str()), 0);
  EXPECT_THAT(message(RoleOfState(all_)), HasSubstr("journal.db is missing"));
}

}  // namespace
}  // namespace gmewatch
