#include "daemon/triage/timestamp.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

TEST(TimestampTest, KeepsTheSecondsAndTheirFraction) {
  google::protobuf::Timestamp timestamp = TimestampOf(1'772'712'299);
  EXPECT_EQ(TimeOf(timestamp), absl::FromUnixSeconds(1'772'712'299));
  timestamp.set_nanos(500'000'000);
  EXPECT_EQ(TimeOf(timestamp), absl::FromUnixMillis(1'772'712'299'500));
}

}  // namespace
}  // namespace gmewatch
