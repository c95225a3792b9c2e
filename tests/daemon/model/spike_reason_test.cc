#include "daemon/model/spike_reason.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

TEST(SpikeReasonTest, SaysTheShareAndWhatWasRuledOut) {
  EXPECT_EQ(SpikeReason(0.61, 1.05),
            "61% of the operations there end with it; traffic is as usual");
  EXPECT_EQ(SpikeReason(0.012, 2.04),
            "1.2% of the operations there end with it; traffic is 2.0 times the usual, errors are "
            "more than that explains");
  EXPECT_EQ(SpikeReason(0.9, 0.4),
            "90% of the operations there end with it; traffic is down to 40% of the usual");
}

TEST(SpikeReasonTest, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(SpikeReason(0, 0), "");
  EXPECT_EQ(SpikeReason(0.5, 0), "50% of the operations there end with it");
  EXPECT_EQ(SpikeReason(0, 1), "traffic is as usual");
}

}  // namespace
}  // namespace gmewatch
