#include "daemon/triage/trust.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/model/loss_reason.h"
#include "daemon/model/reject_reason.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class TrustTest : public ::testing::Test {
 protected:
  v1::Trust Trust() const { return TrustOf(state_, recent_, now_); }

  const absl::Time now_ = absl::FromUnixSeconds(1'772'712'299);
  DaemonState state_ = {
      .sessions_limit = 100, .app_regions_limit = 10, .running_since = now_ - absl::Hours(2)};
  RecentNumbers recent_ = {.counted = 1000};
};

TEST_F(TrustTest, HasNoWarningsIfNothingIsWrong) {
  EXPECT_THAT(Trust().warnings(), IsEmpty());
  EXPECT_EQ(Trust().counted_events(), 1000);
  EXPECT_EQ(Trust().running_since().seconds(), absl::ToUnixSeconds(state_.running_since));
}

TEST_F(TrustTest, WarnsOfEveryReasonToRejectWithItsMeaningTheWorstFirst) {
  for (uint64_t& events : recent_.rejected) events = 3;
  const v1::Trust trust = Trust();
  EXPECT_EQ(trust.refused_events(), 3.0 * kRejectReasons);
  ASSERT_THAT(trust.warnings(), SizeIs(kRejectReasons));
  EXPECT_THAT(trust.warnings(0),
              AllOf(HasSubstr("3 events rejected in the last ten minutes (log_failed): "),
                    HasSubstr("Check the disk")));
  EXPECT_THAT(trust.warnings(kRejectReasons - 1), HasSubstr("(stopping)"));
  recent_.rejected = {};
  recent_.rejected[static_cast<size_t>(RejectReason::kUnauthenticated)] = 1;
  EXPECT_THAT(Trust().warnings(), ElementsAre(HasSubstr("not counted at all")));
}

TEST_F(TrustTest, LossesOfClientsAreAddedUpByReason) {
  recent_.lost[1] = 5;
  recent_.lost[2] = 7;
  EXPECT_EQ(Trust().lost_events(), 12);
  EXPECT_THAT(Trust().warnings(),
              ElementsAre(AllOf(HasSubstr("lost 12 events"),
                                HasSubstr(std::string(kLossReasonLabels[1]) + " 5, "),
                                HasSubstr(std::string(kLossReasonLabels[2]) + " 7"))));
}

TEST_F(TrustTest, WarnsOfLateEventsAboveAShare) {
  recent_.late = 20;
  EXPECT_EQ(Trust().late_events(), 20);
  EXPECT_THAT(Trust().warnings(), IsEmpty());
  recent_.late = 21;
  EXPECT_THAT(Trust().warnings(), ElementsAre(StartsWith("2% of the events")));
  // A few late events are no warning, whatever their share.
  recent_ = {.counted = 9, .late = 9};
  EXPECT_THAT(Trust().warnings(), IsEmpty());
}

TEST_F(TrustTest, WarnsOfALimitBeforeItIsReached) {
  state_.sessions = 89;
  state_.app_regions = 8;
  EXPECT_THAT(Trust().warnings(), IsEmpty());
  state_.sessions = 90;
  state_.app_regions = 9;
  EXPECT_THAT(Trust().warnings(), ElementsAre(StartsWith("90 of at most 100 sessions: "),
                                              StartsWith("9 of at most 10 pairs")));
  state_.sessions_limit = 0;
  state_.app_regions_limit = 0;
  EXPECT_THAT(Trust().warnings(), IsEmpty());
}

TEST_F(TrustTest, WarnsOfWhatIsWrongWithTheDaemon) {
  state_.ready = false;
  state_.checkpoint_failed = true;
  state_.reload_failed = true;
  state_.running_since = now_ - absl::Minutes(59);
  recent_.rejected[static_cast<size_t>(RejectReason::kInvalid)] = 1;
  EXPECT_THAT(Trust().warnings(),
              ElementsAre(HasSubstr("accepts no batches"), HasSubstr("(invalid)"),
                          HasSubstr("checkpoint"), HasSubstr("reload"), HasSubstr("for 59 min")));
}

TEST_F(TrustTest, ACounterSaysHowFarItHasCounted) {
  state_.reads_log = true;
  EXPECT_THAT(Trust().warnings(), ElementsAre(HasSubstr("has not read the log up to its end")));
  state_.log_behind = absl::Seconds(11);
  EXPECT_THAT(Trust().warnings(), IsEmpty());
  state_.log_behind = absl::Milliseconds(95'400);
  EXPECT_THAT(Trust().warnings(), ElementsAre(HasSubstr("Counted up to 1m35s ago")));
}

}  // namespace
}  // namespace gmewatch
