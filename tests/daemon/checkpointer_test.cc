#include "daemon/checkpointer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "daemon/log/memory_log.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A log whose disk can be full; records the checkpoints that it was given.
class FullLog : public MemoryLog {
 public:
  absl::Status SaveCheckpoint(const Checkpoint& checkpoint) override {
    tried_.push_back(checkpoint.triage);
    places_ = checkpoint.places.size();
    epoch_ = checkpoint.epoch;
    return full_ ? absl::ResourceExhaustedError("no room") : absl::OkStatus();
  }
  void SetFull(bool full) { full_ = full; }
  const std::vector<std::string>& tried() const { return tried_; }
  // Those of the last one.
  size_t places() const { return places_; }
  uint64_t epoch() const { return epoch_; }

 private:
  bool full_ = false;
  size_t places_ = 0;
  uint64_t epoch_ = 0;
  std::vector<std::string> tried_;
};

class CheckpointerTest : public ::testing::Test {
 protected:
  CheckpointerTest() {
    Epoch epoch;
    epoch.policy.emplace().set_max_app_regions(10);
    aggregate_.Apply(1, epoch, &verdicts_);
  }

  ManualClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  Aggregate aggregate_;
  FullLog log_;
  std::vector<Verdict> verdicts_;
  Checkpointer checkpointer_{aggregate_, log_, clock_, absl::Hours(1),
                             [](bool changed_only, Checkpoint* checkpoint) {
                               checkpoint->triage = changed_only ? "changes" : "all";
                             }};
};

TEST_F(CheckpointerTest, SaysWhetherTheLastOneFailed) {
  checkpointer_.RunOnce();
  EXPECT_EQ(checkpointer_.stats().saved, 1U);
  EXPECT_FALSE(checkpointer_.stats().last_failed);
  EXPECT_EQ(checkpointer_.stats().last_success, clock_.Now());
  const absl::Time success = clock_.Now();
  clock_.Advance(absl::Minutes(1));
  log_.SetFull(true);
  checkpointer_.RunOnce();
  EXPECT_EQ(checkpointer_.stats().failed, 1U);
  EXPECT_TRUE(checkpointer_.stats().last_failed);
  EXPECT_EQ(checkpointer_.stats().last_success, success);
}

TEST_F(CheckpointerTest, TheOneAfterAFailureIsComplete) {
  const auto logged = [this](bool full) {
    log_.SetFull(full);
    testing::internal::CaptureStderr();
    checkpointer_.RunOnce();
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_EQ(logged(false), "");
  EXPECT_THAT(logged(true), HasSubstr("ERROR checkpoint failed"));
  EXPECT_EQ(logged(true), "") << "the failure is logged once";
  EXPECT_THAT(logged(false), HasSubstr("INFO checkpoints succeed again"));
  EXPECT_EQ(logged(false), "");
  EXPECT_THAT(log_.tried(), ElementsAre("changes", "changes", "all", "all", "changes"));
}

TEST_F(CheckpointerTest, StopWritesALastOneAndOnlyIfItWasStarted) {
  checkpointer_.Stop();
  EXPECT_THAT(log_.tried(), IsEmpty());
  checkpointer_.Start();
  checkpointer_.Stop();
  checkpointer_.Stop();
  EXPECT_THAT(log_.tried(), ElementsAre("changes"));
}

TEST_F(CheckpointerTest, TheOtherPartsKnowNothingThatTheAggregateDoesNot) {
  uint64_t counted = 0;
  Checkpointer checkpointer(aggregate_, log_, clock_, absl::Hours(1), [&](bool, Checkpoint*) {
    counted = aggregate_.batches_counted();
    // An epoch that comes meanwhile.
    Batch batch;
    batch.session = {1, 1};
    batch.sequence = 1;
    batch.entries = {{1005, 1}};
    Epoch epoch;
    epoch.Add(batch, HashedOrigin({"shooter", "eu", "", "", ""}));
    aggregate_.Apply(2, epoch, &verdicts_);
  });
  checkpointer.RunOnce();
  EXPECT_EQ(counted, 0U);
  EXPECT_EQ(log_.epoch(), 2U);
}

// A counter has rows before its first record: those of the settings.
TEST_F(CheckpointerTest, TheFirstOneIsCompleteAlsoAfterOneWithoutAnEpoch) {
  Aggregate aggregate;
  internal::Policy policy;
  internal::PlaceRecord* place = policy.add_configured();
  place->set_app("shooter");
  place->set_region("eu");
  ASSERT_TRUE(aggregate.ShareLog("topic", 1, policy).ok());
  Checkpointer checkpointer(aggregate, log_, clock_, absl::Hours(1), [](bool, Checkpoint*) {});
  checkpointer.RunOnce();
  EXPECT_THAT(log_.tried(), IsEmpty());
  Epoch epoch;
  epoch.shared.writer = {1, 1};
  ASSERT_TRUE(aggregate.ApplyRecord({0, 0, 5}, epoch, &verdicts_).ok());
  checkpointer.RunOnce();
  EXPECT_EQ(log_.places(), 1U);
}

}  // namespace
}  // namespace gmewatch
