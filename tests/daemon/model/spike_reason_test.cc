#include "daemon/model/spike_reason.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

Spike WithTraffic(double operations_share, double traffic_ratio) {
  Spike spike;
  spike.operations_share = operations_share;
  spike.traffic_ratio = traffic_ratio;
  return spike;
}

std::string SendersTextOf(uint32_t sessions, uint32_t new_sessions, uint32_t addresses) {
  Spike spike;
  spike.sessions = sessions;
  spike.new_sessions = new_sessions;
  spike.addresses = addresses;
  return SendersText(spike);
}

TEST(SpikeReasonTest, SaysTheShareAndWhatWasRuledOut) {
  EXPECT_EQ(SpikeReason(WithTraffic(0.61, 1.05)),
            "61% of the operations there end with it; traffic is as usual");
  EXPECT_EQ(SpikeReason(WithTraffic(0.012, 2.04)),
            "1.2% of the operations there end with it; traffic is 2.0 times the usual, errors are "
            "more than that explains");
  EXPECT_EQ(SpikeReason(WithTraffic(0.9, 0.4)),
            "90% of the operations there end with it; traffic is down to 40% of the usual");
}

TEST(SpikeReasonTest, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(SpikeReason(WithTraffic(0, 0)), "");
  EXPECT_EQ(SpikeReason(WithTraffic(0.5, 0)), "50% of the operations there end with it");
  EXPECT_EQ(SpikeReason(WithTraffic(0, 1)), "traffic is as usual");
}

TEST(SpikeReasonTest, SaysWhoReportsIt) {
  EXPECT_EQ(SendersTextOf(0, 0, 0), "");
  EXPECT_EQ(SendersTextOf(40, 12, 35), "40 sessions, 12 new, 35 addresses");
  EXPECT_EQ(SendersTextOf(20, 20, 1), "20 sessions, 20 new, 1 address");
  EXPECT_EQ(SendersTextOf(1, 0, 0), "1 session, 0 new, addresses not known");
  EXPECT_EQ(SendersTextOf(266, 266, 266),
            "266 or more sessions, 266 or more new, 266 or more addresses");
  Spike spike = WithTraffic(0, 1);
  spike.sessions = 2;
  EXPECT_EQ(SpikeReason(spike), "traffic is as usual; 2 sessions, 0 new, addresses not known");
}

}  // namespace
}  // namespace gmewatch
