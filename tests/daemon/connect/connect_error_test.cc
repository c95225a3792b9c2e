#include "daemon/connect/connect_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gmewatch {
namespace {

using grpc::StatusCode;

TEST(ConnectErrorTest, HasTheCodeTheMessageAndTheDetailsOfAStatus) {
  EXPECT_EQ(ConnectErrorJson(grpc::Status(StatusCode::PERMISSION_DENIED, "no \"quote\"\n")),
            R"({"code":"permission_denied","message":"no \"quote\"\n"})");
  EXPECT_EQ(ConnectErrorJson(InvalidStatus({"counts[0]", "is 0"})),
            R"({"code":"invalid_argument","message":"counts[0] is 0","details":[)"
            R"({"type":"google.rpc.BadRequest","value":"ChEKCWNvdW50c1swXRIEaXMgMA"}]})");
  EXPECT_THAT(
      ConnectErrorJson(RetryStatus(StatusCode::RESOURCE_EXHAUSTED, "later", absl::Seconds(5))),
      ::testing::HasSubstr(R"("details":[{"type":"google.rpc.RetryInfo","value":"C)"));
}

TEST(ConnectErrorTest, TakesNoDetailsFromBytesThatAreNone) {
  EXPECT_EQ(ConnectErrorJson(grpc::Status(StatusCode::INTERNAL, "m", "\xff\xff")),
            R"({"code":"internal","message":"m"})");
}

TEST(ConnectErrorTest, HasTheHttpStatusOfTheProtocol) {
  const auto check = [](StatusCode code, int http_status, const std::string& name) {
    const grpc::Status status(code, "m");
    EXPECT_EQ(HttpStatusOf(status), http_status) << name;
    EXPECT_EQ(ConnectErrorJson(status), "{\"code\":\"" + name + "\",\"message\":\"m\"}");
  };
  check(StatusCode::CANCELLED, 499, "canceled");
  check(StatusCode::UNKNOWN, 500, "unknown");
  check(StatusCode::INVALID_ARGUMENT, 400, "invalid_argument");
  check(StatusCode::DEADLINE_EXCEEDED, 504, "deadline_exceeded");
  check(StatusCode::NOT_FOUND, 404, "not_found");
  check(StatusCode::ALREADY_EXISTS, 409, "already_exists");
  check(StatusCode::PERMISSION_DENIED, 403, "permission_denied");
  check(StatusCode::RESOURCE_EXHAUSTED, 429, "resource_exhausted");
  check(StatusCode::FAILED_PRECONDITION, 400, "failed_precondition");
  check(StatusCode::ABORTED, 409, "aborted");
  check(StatusCode::OUT_OF_RANGE, 400, "out_of_range");
  check(StatusCode::UNIMPLEMENTED, 501, "unimplemented");
  check(StatusCode::INTERNAL, 500, "internal");
  check(StatusCode::UNAVAILABLE, 503, "unavailable");
  check(StatusCode::DATA_LOSS, 500, "data_loss");
  check(StatusCode::UNAUTHENTICATED, 401, "unauthenticated");
  EXPECT_EQ(HttpStatusOf(grpc::Status::OK), 200);
}

}  // namespace
}  // namespace gmewatch
