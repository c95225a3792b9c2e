#include "client/src/losses.h"

#include <gtest/gtest.h>

#include <limits>

namespace gmewatch::client {
namespace {

TEST(LossesTest, CarriesALossUntilItsBatchIsAcknowledged) {
  Losses losses;
  EXPECT_FALSE(losses.HasUnreported());
  losses.Add(LossReason::kExpired, 3);
  losses.Add(LossReason::kExpired, 2);
  Batch first;
  losses.AttachTo(&first);
  ASSERT_EQ(first.losses.size(), 1U);
  EXPECT_EQ(first.losses[0].reason, LossReason::kExpired);
  EXPECT_EQ(first.losses[0].events, 5U);
  EXPECT_FALSE(losses.HasUnreported());

  losses.Add(LossReason::kRejected, 7);
  losses.Rollback();
  Batch second;
  losses.AttachTo(&second);
  ASSERT_EQ(second.losses.size(), 2U);
  EXPECT_EQ(second.losses[0].events, 5U);
  EXPECT_EQ(second.losses[1].events, 7U);
  losses.Commit();
  losses.Rollback();  // a committed loss does not return
  EXPECT_FALSE(losses.HasUnreported());
}

TEST(LossesTest, SaturatesAndReportsInPortionsWithinTheServersBound) {
  constexpr uint64_t kLargest = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(SaturatingAdd(kLargest - 1, 5), kLargest);
  Losses losses;
  losses.Add(LossReason::kTooManyCodes, Losses::kReportedMax + 9);
  Batch first;
  losses.AttachTo(&first);
  EXPECT_EQ(first.losses[0].events, Losses::kReportedMax);
  EXPECT_TRUE(losses.HasUnreported());
  losses.Commit();
  Batch second;
  losses.AttachTo(&second);
  EXPECT_EQ(second.losses[0].events, 9U);
}

}  // namespace
}  // namespace gmewatch::client
