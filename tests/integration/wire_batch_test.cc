// The rules of error_reporting.proto for the contents of a batch and for who may send it, through a
// real gmewatchd.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/wire_fixture.h"

namespace gmewatch {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

constexpr char kReport[] = "/gmewatch.v1.ErrorReporting/Report";

TEST_F(WireTest, ACodeMayOccurTwiceAndDetailsAreNotCounted) {
  v1::ReportRequest request = MakeRequest(MakeSession("app15", "eu"), 1, {{1005, 2}, {1005, 3}});
  for (int i = 0; i < 16; ++i) {
    v1::ErrorDetail* detail = request.add_details();
    detail->set_code(1006);
    detail->set_operation("EnterRoom");
  }
  ASSERT_TRUE(client_.Report(request).ok());
  EXPECT_EQ(Events("app15", 1005), 5);
  EXPECT_EQ(Events("app15", 1006), 0);
}

TEST_F(WireTest, BytesThatAreNotAMessageAreInvalid) {
  std::string answer;
  const grpc::Status status = CallRaw(&client_, kReport, "\x0a\xff", &answer);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("not a gmewatch.v1.ReportRequest"));
}

TEST_F(WireTest, AStreamWhoseSenderMayNotReportEndsAndIsCountedUnderItsReason) {
  const auto end = [&](const char* app, const char* region, const char* reason) {
    const double events = RejectedEvents(reason);
    const double batches = RejectedBatches(reason);
    WireStream stream(&client_);
    stream.Write(MakeRequest(MakeSession(app, region), 1, {{1005, 3}}));
    const grpc::Status status = stream.Finish();
    EXPECT_EQ(RetryDelayOf(status), absl::ZeroDuration()) << "a retry is useless";
    EXPECT_EQ(stream.acknowledged(), 0U);
    // A stranger is counted with the next batch, and without the events that he claims.
    EXPECT_TRUE(client_.Report(MakeRequest(MakeSession("app1", "eu"), 1, {})).ok());
    EXPECT_EQ(RejectedEvents(reason) - events, 0) << reason;
    EXPECT_EQ(RejectedBatches(reason) - batches, 1) << reason;
    return status.error_code();
  };
  EXPECT_EQ(end("nobody", "eu", "permission_denied"), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(end("app1", "mars", "permission_denied"), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(end("keyed", "eu", "unauthenticated"), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(end("other", "eu", "invalid"), StatusCode::INVALID_ARGUMENT);
}

TEST_F(WireTest, AStreamWithoutABatchEndsWithOk) {
  WireStream stream(&client_);
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_EQ(stream.responses(), 0U);
}

}  // namespace
}  // namespace gmewatch
