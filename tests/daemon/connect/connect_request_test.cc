#include "daemon/connect/connect_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "gmewatch/v1/error_reporting.pb.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

constexpr size_t kMessageBytesMax = 200;

bool Anybody() { return true; }

IncomingRequest Post(const std::string& type, const std::string& body = "") {
  IncomingRequest request;
  request.path = "/gmewatch.v1.ErrorReporting/Report";
  request.method = "POST";
  request.headers = {{"Content-Type", type}, {"Connect-Protocol-Version", "1"}};
  request.body = body;
  return request;
}

ConnectRequest Accepted(const IncomingRequest& request) {
  ConnectRequest call;
  const std::optional<ConnectError> error =
      ReadConnectRequest(request, kMessageBytesMax, Anybody, &call);
  EXPECT_FALSE(error.has_value()) << error->status.error_message();
  return call;
}

void ExpectRejected(const IncomingRequest& request, int http_status, grpc::StatusCode code,
                    const std::string& message, bool is_report) {
  ConnectRequest call;
  const std::optional<ConnectError> error =
      ReadConnectRequest(request, kMessageBytesMax, Anybody, &call);
  ASSERT_TRUE(error.has_value()) << message;
  EXPECT_EQ(error->http_status, http_status) << message;
  EXPECT_EQ(error->status.error_code(), code) << message;
  EXPECT_THAT(error->status.error_message(), HasSubstr(message));
  EXPECT_EQ(error->is_report, is_report) << message;
}

TEST(ConnectRequestTest, AProtobufBodyIsTheMessage) {
  for (const char* type : {"application/proto", "APPLICATION/Proto", " application/proto ; x=y"}) {
    const ConnectRequest call = Accepted(Post(type, "\xff"));
    EXPECT_FALSE(call.json);
    EXPECT_EQ(call.timeout, absl::InfiniteDuration());
  }
  // Its size is judged with the message, as over gRPC.
  Accepted(Post("application/proto", std::string(kMessageBytesMax + 1, 'x')));
}

TEST(ConnectRequestTest, JsonOfAStrangerIsNotParsed) {
  const auto stranger = [] { return false; };
  ConnectRequest call;
  const std::optional<ConnectError> error =
      ReadConnectRequest(Post("application/json", "no JSON"), kMessageBytesMax, stranger, &call);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->http_status, 401);
  EXPECT_EQ(error->status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(error->is_report);
  // A message in Protobuf is judged with its session, as over gRPC.
  EXPECT_FALSE(
      ReadConnectRequest(Post("application/proto"), kMessageBytesMax, stranger, &call).has_value());
}

TEST(ConnectRequestTest, AJsonBodyBecomesTheMessage) {
  const ConnectRequest call =
      Accepted(Post("application/json; charset=utf-8",
                    R"({"session":{"id":"AAECAw==","app":"a"},"sequence":"18446744073709551615",)"
                    R"("codes":[1005,-1],"counts":[7,4294967295],"age":"1.5s","later":[1]})"));
  EXPECT_TRUE(call.json);
  v1::ReportRequest message;
  ASSERT_TRUE(message.ParseFromString(call.from_json));
  EXPECT_EQ(message.session().id(), std::string("\0\1\2\3", 4));
  EXPECT_EQ(message.session().app(), "a");
  EXPECT_EQ(message.sequence(), UINT64_MAX);
  ASSERT_EQ(message.codes_size(), 2);
  EXPECT_EQ(message.codes(1), -1);
  EXPECT_EQ(message.counts(1), UINT32_MAX);
  EXPECT_EQ(message.age().nanos(), 500'000'000);
}

TEST(ConnectRequestTest, JsonThatIsNoMessageIsABatchThatIsInvalid) {
  std::string deep;
  for (int i = 0; i < 90; ++i) deep += "[";
  for (const std::string& body :
       {std::string(), std::string("{"), std::string("[]"), std::string("null x"), deep,
        std::string(R"({"sequence":-1})"), std::string(R"({"sequence":1e400})"),
        std::string(R"({"session":{"id":"*"}})"), std::string(R"({"codes":["x"]})"),
        std::string("{\"session\":{\"app\":\"\xff\"}}"), std::string("\0\0", 2)}) {
    ExpectRejected(Post("application/json", body), 400, grpc::StatusCode::INVALID_ARGUMENT,
                   "the body is not the JSON of a ReportRequest", true);
  }
  ExpectRejected(Post("application/json", std::string(kMessageBytesMax + 1, ' ')), 400,
                 grpc::StatusCode::INVALID_ARGUMENT,
                 "the message has 201 bytes; at most 200 are allowed (ingest.max_message_bytes)",
                 true);
}

TEST(ConnectRequestTest, WhatWasNotReadIsTooLong) {
  IncomingRequest request = Post("application/proto");
  request.body_too_long = true;
  ExpectRejected(request, 400, grpc::StatusCode::INVALID_ARGUMENT,
                 "at most 200 bytes are allowed (ingest.max_message_bytes)", true);
}

TEST(ConnectRequestTest, OnlyPostOfReportIsThere) {
  IncomingRequest request = Post("application/proto");
  request.path = "/gmewatch.v1.ErrorReporting/ReportStream";
  ExpectRejected(request, 404, grpc::StatusCode::UNIMPLEMENTED,
                 "there is only POST /gmewatch.v1.ErrorReporting/Report", false);
  request = Post("application/proto");
  request.method = "GET";
  ExpectRejected(request, 405, grpc::StatusCode::UNIMPLEMENTED, "only POST is allowed", false);
  for (const char* type : {"", "text/plain", "application/grpc", "application/connect+proto",
                           "application/grpc-web+proto", "multipart/form-data"}) {
    ExpectRejected(Post(type), 415, grpc::StatusCode::UNIMPLEMENTED,
                   "application/proto and application/json are supported", false);
  }
}

TEST(ConnectRequestTest, AHeaderOfTheProtocolThatIsWrongNamesItself) {
  const auto with = [](const char* name, const char* value) {
    IncomingRequest request = Post("application/proto");
    request.headers = {{"content-type", "application/proto"}, {name, value}};
    return request;
  };
  EXPECT_EQ(Accepted(with("connect-timeout-ms", "1500")).timeout, absl::Milliseconds(1500));
  EXPECT_EQ(Accepted(with("Connect-Timeout-Ms", "0")).timeout, absl::ZeroDuration());
  Accepted(with("content-encoding", "Identity"));
  for (const char* timeout : {"-1", "1.5", "x", "12345678901", " "}) {
    ExpectRejected(with("connect-timeout-ms", timeout), 400, grpc::StatusCode::INVALID_ARGUMENT,
                   "connect-timeout-ms is", true);
  }
  ExpectRejected(with("connect-protocol-version", "2"), 400, grpc::StatusCode::INVALID_ARGUMENT,
                 "connect-protocol-version is \"2\"; 1 is supported", true);
  ExpectRejected(with("content-encoding", "gzip"), 501, grpc::StatusCode::UNIMPLEMENTED,
                 "content-encoding is \"gzip\"; only identity is supported", true);
}

TEST(ConnectRequestTest, WhatASenderWroteIsShownShortAndEscaped) {
  const std::string type = "a/\x1b\"" + std::string(1000, 'x');
  ConnectRequest call;
  const std::optional<ConnectError> error =
      ReadConnectRequest(Post(type), kMessageBytesMax, Anybody, &call);
  ASSERT_TRUE(error.has_value());
  EXPECT_LT(error->status.error_message().size(), 250U);
  EXPECT_THAT(error->status.error_message(), HasSubstr(R"(a/\x1b\"x)"));
}

}  // namespace
}  // namespace gmewatch
