#include "daemon/triage/top_limit.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

TEST(TopLimitTest, IsAWholeNumberInItsRange) {
  EXPECT_EQ(LimitOf("").value(), kTopDefault);
  EXPECT_EQ(LimitOf("limit=1").value(), 1U);
  EXPECT_EQ(LimitOf("limit=200").value(), kTopMax);
  for (const char* wrong : {"limit=0", "limit=201", "limit=-1", "limit=", "limit=1x", "limit= 1",
                            "limit=01", "limit=1&limit=2", "n=1", "limit"}) {
    EXPECT_EQ(LimitOf(wrong).status().code(), absl::StatusCode::kInvalidArgument) << wrong;
  }
  EXPECT_EQ(LimitOf("<\"\n>").status().message(),
            "allowed is limit=N with N from 1 to 200, not \"<\\\"\\n>\"");
}

}  // namespace
}  // namespace gmewatch
