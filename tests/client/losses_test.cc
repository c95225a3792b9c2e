#include "client/src/losses.h"

#include <gtest/gtest.h>

#include <limits>

namespace gmewatch::client {
namespace {

TEST(LossesTest, CarriesALossUntilItsBatchIsAcknowledged) {
  Losses losses;
  EXPECT_FALSE(losses.HasUnreported());
  losses.Add(v1::ClientLoss::EXPIRED, 3);
  losses.Add(v1::ClientLoss::EXPIRED, 2);
  v1::ReportRequest first;
  losses.AttachTo(&first);
  ASSERT_EQ(first.losses_size(), 1);
  EXPECT_EQ(first.losses(0).reason(), v1::ClientLoss::EXPIRED);
  EXPECT_EQ(first.losses(0).events(), 5U);
  EXPECT_FALSE(losses.HasUnreported());

  losses.Add(v1::ClientLoss::REFUSED, 7);
  losses.Rollback();
  v1::ReportRequest second;
  losses.AttachTo(&second);
  ASSERT_EQ(second.losses_size(), 2);
  EXPECT_EQ(second.losses(0).events(), 5U);
  EXPECT_EQ(second.losses(1).events(), 7U);
  losses.Commit();
  losses.Rollback();  // a committed loss does not return
  EXPECT_FALSE(losses.HasUnreported());
}

TEST(LossesTest, SaturatesAndReportsInPortionsWithinTheServersBound) {
  constexpr uint64_t kLargest = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(SaturatingAdd(kLargest - 1, 5), kLargest);
  Losses losses;
  losses.Add(v1::ClientLoss::TOO_MANY_CODES, Losses::kReportedMax + 9);
  v1::ReportRequest first;
  losses.AttachTo(&first);
  EXPECT_EQ(first.losses(0).events(), Losses::kReportedMax);
  EXPECT_TRUE(losses.HasUnreported());
  losses.Commit();
  v1::ReportRequest second;
  losses.AttachTo(&second);
  EXPECT_EQ(second.losses(0).events(), 9U);
}

}  // namespace
}  // namespace gmewatch::client
