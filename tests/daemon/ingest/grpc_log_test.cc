#include "daemon/ingest/grpc_log.h"

#include <gmock/gmock.h>
#include <grpc/support/log.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

TEST(GrpcLogTest, HasTheFormOfTheOthersAndIsLimited) {
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
  TakeGrpcLog();
  testing::internal::CaptureStderr();
  for (int i = 0; i < 1000; ++i) {
    gpr_log("/build/src/x/tcp.cc", 12, GPR_LOG_SEVERITY_ERROR, "Failed \"%s\"\nline 2", "accept4");
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), kGrpcLinesMax);
  EXPECT_THAT(text,
              HasSubstr("Z ERROR message of the gRPC library "
                        "text=\"Failed \\\"accept4\\\"\\nline 2\" source=tcp.cc:12 left_out=0\n"));
}

}  // namespace
}  // namespace gmewatch
