#include "daemon/triage/urgency.h"

#include <gtest/gtest.h>

#include <string>

namespace gmewatch {
namespace {

v1::Spike Spike(const std::string& code, double observed, bool active = true,
                v1::Spike::Kind kind = v1::Spike::SPIKE) {
  v1::Spike spike;
  spike.set_kind(kind);
  spike.set_code(code);
  spike.set_app("demo");
  spike.set_region("eu");
  spike.set_active(active);
  spike.set_expected_rate(2);
  spike.set_observed_rate(observed);
  return spike;
}

v1::CodeSummary Code(const std::string& code, v1::CodeSummary::State state, double rate,
                     double excess) {
  v1::CodeSummary summary;
  summary.set_code(code);
  summary.set_state(state);
  summary.set_rate(rate);
  summary.set_excess_rate(excess);
  return summary;
}

// `first` is more urgent than `second`, and not the other way round.
template <typename T>
void CheckOrder(const T& first, const T& second) {
  EXPECT_TRUE(IsMoreUrgent(UrgencyOf(first), UrgencyOf(second))) << first.DebugString();
  EXPECT_FALSE(IsMoreUrgent(UrgencyOf(second), UrgencyOf(first))) << first.DebugString();
  EXPECT_FALSE(IsMoreUrgent(UrgencyOf(first), UrgencyOf(first)));
}

TEST(UrgencyTest, SpikesAreOrderedByActiveThenKindThenExcess) {
  CheckOrder(Spike("2", 3), Spike("1", 99, true, v1::Spike::RETRY_LOOP));
  CheckOrder(Spike("2", 3, true, v1::Spike::RETRY_LOOP), Spike("1", 99, false));
  CheckOrder(Spike("2", 50), Spike("1", 40));
  // Equal ones by number, not by letter; "other" comes last.
  CheckOrder(Spike("9", 50), Spike("1005", 50));
  CheckOrder(Spike("1005", 50), Spike("other", 50));
  v1::Spike later = Spike("9", 50);
  later.set_region("us");
  CheckOrder(Spike("9", 50), later);
}

TEST(UrgencyTest, OnlyActiveSpikesHaveAnExcessAndItIsNeverBelowZero) {
  EXPECT_EQ(ExcessOf(Spike("1", 10)), 8);
  EXPECT_EQ(ExcessOf(Spike("1", 1)), 0);
  EXPECT_EQ(ExcessOf(Spike("1", 10, false)), 0);
}

TEST(UrgencyTest, IncidentsAreOrderedByTheExcessOfAllMembersAndEndedOnesByTheirEnd) {
  v1::Incident two;
  two.set_active(true);
  *two.add_members() = Spike("1", 10);
  *two.add_members() = Spike("2", 10);
  v1::Incident one;
  one.set_active(true);
  *one.add_members() = Spike("3", 15);
  CheckOrder(two, one);
  v1::Incident over;
  over.mutable_end()->set_seconds(1000);
  v1::Incident over_before;
  over_before.mutable_end()->set_seconds(900);
  CheckOrder(one, over);
  CheckOrder(over, over_before);
}

TEST(UrgencyTest, CodesAreOrderedBySpikesThenRetryLoopsThenRate) {
  CheckOrder(Code("5", v1::CodeSummary::SPIKING, 1, 1),
             Code("1", v1::CodeSummary::RETRY_LOOP, 99, 99));
  CheckOrder(Code("5", v1::CodeSummary::RETRY_LOOP, 1, 1), Code("1", v1::CodeSummary::CALM, 99, 0));
  CheckOrder(Code("5", v1::CodeSummary::SPIKING, 1, 9), Code("1", v1::CodeSummary::SPIKING, 99, 8));
  CheckOrder(Code("5", v1::CodeSummary::CALM, 9, 0), Code("1", v1::CodeSummary::CALM, 8, 0));
}

}  // namespace
}  // namespace gmewatch
