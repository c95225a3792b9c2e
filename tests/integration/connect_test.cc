// The Connect port of a real gmewatchd: the same batches, rejections and quotas as over gRPC, by
// plain HTTP.
#include <csignal>
#include <string>

#include "absl/strings/strip.h"
#include "tests/integration/connect_fixture.h"

namespace gmewatch {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

TEST_F(ConnectTest, ABatchIsCountedOnceHoweverOftenAndByWhateverItIsSent) {
  ASSERT_NO_FATAL_FAILURE(Start());
  const v1::Session session = MakeSession("demo", "eu");
  const v1::ReportRequest first = MakeRequest(session, 1, {{1005, 3}, {7001, 2}});
  const v1::ReportRequest second = MakeRequest(session, 2, {{1005, 4}});
  for (int i = 0; i < 3; ++i) {
    uint64_t acknowledged = 0;
    EXPECT_TRUE(proto_->Report(first, &acknowledged).ok());
    EXPECT_EQ(acknowledged, 1U);
  }
  EXPECT_TRUE(json_->Report(first).ok());
  EXPECT_TRUE(grpc_->Report(first).ok());
  uint64_t acknowledged = 0;
  EXPECT_TRUE(json_->Report(second, &acknowledged).ok());
  EXPECT_EQ(acknowledged, 2U);
  EXPECT_TRUE(proto_->Report(second).ok());
  const std::string events = CodeSeries("gme_error_events_total", "1005", "client", "eu", "demo");
  EXPECT_EQ(daemon_->AwaitValue(events, 7), 7);
  EXPECT_EQ(Batches("counted"), 2);
  EXPECT_EQ(Batches("duplicate"), 5);
  // A kill after the acknowledgement makes nothing count twice.
  daemon_->process().Signal(SIGKILL);
  daemon_->process().Wait();
  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_TRUE(proto_->Report(second).ok());
  EXPECT_EQ(ValueOf(daemon_->Scrape(), events), 7);
}

// Whatever gRPC answers, the Connect port answers too: code, message and details.
TEST_F(ConnectTest, ARejectionIsThatOfGrpc) {
  ASSERT_NO_FATAL_FAILURE(Start());
  const auto check = [&](const v1::ReportRequest& request, StatusCode code,
                         const std::string& key = "") {
    const grpc::Status expected = grpc_->Report(request, nullptr, key);
    EXPECT_EQ(expected.error_code(), code);
    for (ConnectClient* client : {proto_.get(), json_.get()}) {
      const grpc::Status status = client->Report(request, nullptr, key);
      EXPECT_EQ(status.error_code(), code) << expected.error_message();
      EXPECT_EQ(status.error_message(), expected.error_message());
      EXPECT_EQ(status.error_details(), expected.error_details()) << expected.error_message();
    }
  };
  const v1::Session demo = MakeSession("demo", "eu");
  check(MakeRequest(demo, 1, {{1005, 0}}), StatusCode::INVALID_ARGUMENT);
  check(MakeRequest(demo, 0, {{1005, 1}}), StatusCode::INVALID_ARGUMENT);
  check(MakeRequest(1, {{1005, 1}}), StatusCode::INVALID_ARGUMENT);
  check(MakeRequest(MakeSession("demo", "eu", "short"), 1, {}), StatusCode::INVALID_ARGUMENT);
  check(MakeRequest(MakeSession("nobody", "eu"), 1, {}), StatusCode::PERMISSION_DENIED);
  check(MakeRequest(MakeSession("demo", "mars"), 1, {}), StatusCode::PERMISSION_DENIED);
  check(MakeRequest(MakeSession("keyed", "eu"), 1, {{1005, 1}}), StatusCode::UNAUTHENTICATED);
  check(MakeRequest(MakeSession("keyed", "eu"), 1, {}), StatusCode::UNAUTHENTICATED, "Bearer no");
  check(MakeRequest(MakeSession("tokens", "eu"), 1, {}), StatusCode::UNAUTHENTICATED,
        "Bearer a.b.c");
  // Only the aggregate knows it.
  const v1::Session known = MakeSession("demo", "eu");
  ASSERT_TRUE(proto_->Report(MakeRequest(known, 1, {{1005, 1}})).ok());
  check(MakeRequest(known, uint64_t{1} << 40, {}), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Batches("counted"), 1);
  EXPECT_EQ(Rejected("invalid"), 15);
  EXPECT_EQ(Rejected("permission_denied"), 6);
  EXPECT_EQ(Rejected("unauthenticated"), 9);
  EXPECT_EQ(Rejected("unauthenticated", "events"), 0) << "a stranger chooses no number of events";
}

TEST_F(ConnectTest, AKeyOrATokenOfThePlayerLetsHimReport) {
  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_TRUE(proto_
                  ->Report(MakeRequest(MakeSession("keyed", "eu"), 1, {{1005, 1}}), nullptr,
                           "Bearer the-only-key")
                  .ok());
  const Ended token = RunToEnd(
      GmectlPath(), {"token", "--app=tokens", "--subject=player-7", "--key_id=k1",
                     "--secret_file=" + dir_.Write("secret", "0123456789abcdef0123456789abcdef"),
                     "--expires_in=1h"});
  ASSERT_EQ(token.status, 0) << token.error;
  EXPECT_TRUE(json_
                  ->Report(MakeRequest(MakeSession("tokens", "eu"), 1, {{1005, 1}}), nullptr,
                           absl::StrCat("Bearer ", absl::StripSuffix(token.output, "\n")))
                  .ok());
  EXPECT_EQ(Batches("counted"), 2);
}

TEST_F(ConnectTest, JsonOfAStrangerIsNotReadWhereEveryAppNeedsAKey) {
  const auto daemon = GmewatchdProcess::Start(
      {"--config=" +
           dir_.Write("keyed.yaml", "apps: [{name: keyed, regions: [eu], keys: [the-only-key]}]\n"),
       "--state_dir=" + dir_.File("keyed"), "--connect_address=127.0.0.1:0"});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  ConnectClient json((*daemon)->connect_address(), ConnectClient::Form::kJson);
  const absl::StatusOr<HttpReply> reply =
      json.Post("Content-Type: application/json\r\n", "this is no JSON");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->status, 401);
  EXPECT_THAT(reply->body, HasSubstr(R"({"code":"unauthenticated","message":")"));
  const v1::ReportRequest batch = MakeRequest(MakeSession("keyed", "eu"), 1, {{1005, 1}});
  EXPECT_EQ(json.Report(batch).error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(json.Report(batch, nullptr, "Bearer the-only-key").ok());
  const Samples samples = (*daemon)->Scrape();
  EXPECT_EQ(ValueOf(samples, "gmewatch_rejected_batches_total{reason=\"unauthenticated\"}"), 2);
  EXPECT_EQ(ValueOf(samples, "gmewatch_batches_total{result=\"counted\"}"), 1);
}

TEST_F(ConnectTest, AQuotaIsOneForBothPortsAndSaysWhenToTryAgain) {
  ASSERT_NO_FATAL_FAILURE(
      Start("quotas: {session_events_per_minute: 60, session_events_burst: 100, "
            "address_sessions_per_second: 1}\n"));
  const v1::Session session = MakeSession("demo", "eu");
  ASSERT_TRUE(proto_->Report(MakeRequest(session, 1, {{1005, 60}})).ok());
  ASSERT_TRUE(grpc_->Report(MakeRequest(session, 2, {{1005, 30}})).ok());
  const grpc::Status over = proto_->Report(MakeRequest(session, 3, {{1005, 50}}));
  EXPECT_EQ(over.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(over.error_message(), HasSubstr("quota of this session"));
  EXPECT_GT(RetryDelayOf(over), absl::Seconds(1));
  EXPECT_EQ(grpc_->Report(MakeRequest(session, 3, {{1005, 50}})).error_code(),
            StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(json_->Report(MakeRequest(session, 2, {{1005, 30}})).ok()) << "a duplicate";
  // The address is the one that the front names.
  const auto new_session = [&](const char* address) {
    return proto_->Report(
        MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}}), nullptr, "",
        absl::StrCat("X-Forwarded-For: 198.51.100.9\r\nX-Forwarded-For: 203.0.113.4, ", address,
                     "\r\n"));
  };
  grpc::Status status;
  for (int sent = 0; sent < 2000 && status.ok(); ++sent) status = new_session("192.0.2.1");
  EXPECT_THAT(status.error_message(), HasSubstr("quota of this address"));
  EXPECT_TRUE(new_session("192.0.2.2").ok());
}

TEST_F(ConnectTest, AnErrorIsConnectsJsonUnderItsHttpStatus) {
  ASSERT_NO_FATAL_FAILURE(Start());
  const auto post = [&](const std::string& headers, const std::string& body,
                        const std::string& path = kConnectReportPath) {
    const absl::StatusOr<HttpReply> reply = proto_->Post(headers, body, path);
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.ok() ? *reply : HttpReply();
  };
  const std::string batch = MakeRequest(MakeSession("keyed", "eu"), 1, {}).SerializeAsString();
  HttpReply reply = post(kProtoType, batch);
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.Header("content-type"), "application/json");
  EXPECT_THAT(reply.body, HasSubstr(R"({"code":"unauthenticated","message":")"));
  reply = post(kProtoType, MakeRequest(MakeSession("demo", "eu"), 0, {}).SerializeAsString());
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr(R"("details":[{"type":"google.rpc.BadRequest","value":")"));
  EXPECT_EQ(post("Content-Type: text/plain\r\n", batch).status, 415);
  EXPECT_THAT(post("", batch).Header("accept-post"), HasSubstr("application/proto"));
  EXPECT_EQ(post(kProtoType, batch, "/gmewatch.v1.ErrorReporting/ReportStream").status, 404);
  EXPECT_EQ(post("Content-Type: application/json\r\n", "{").status, 400);
  EXPECT_EQ(post(absl::StrCat(kProtoType, "Content-Encoding: gzip\r\n"), batch).status, 501);
  // Calls of strangers are counted with the next commit.
  EXPECT_TRUE(proto_->Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok());
  EXPECT_EQ(Rejected("invalid"), 3) << "of these a batch that was meant as one";
}

TEST_F(ConnectTest, AMessageThatIsTooLargeIsRejectedWithTheLimit) {
  ASSERT_NO_FATAL_FAILURE(Start());
  // As long as gRPC still reads it, and longer than any.
  for (const size_t bytes : {size_t{100'000}, size_t{1'000'000}}) {
    v1::ReportRequest large = MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}});
    large.GetReflection()->MutableUnknownFields(&large)->AddLengthDelimited(
        1000, std::string(bytes, 'x'));
    const absl::StatusOr<HttpReply> reply = proto_->Post(kProtoType, large.SerializeAsString());
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(reply->status, 400);
    EXPECT_THAT(reply->body, HasSubstr("ingest.max_message_bytes"));
  }
  HttpConnection chunked(daemon_->connect_address());
  ASSERT_TRUE(chunked.Send(absl::StrCat("POST ", kConnectReportPath, " HTTP/1.1\r\n", kProtoType,
                                        "Transfer-Encoding: chunked\r\n\r\nf4240\r\n")));
  EXPECT_THAT(ReadAll(&chunked), HasSubstr("ingest.max_message_bytes"));
  EXPECT_TRUE(proto_->Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok());
}

TEST_F(ConnectTest, AnAnswerToHeadHasNoBodyThatTheNextAnswerCouldBe) {
  ASSERT_NO_FATAL_FAILURE(Start());
  HttpConnection connection(daemon_->connect_address());
  ASSERT_TRUE(connection.Send(
      absl::StrCat("HEAD ", kConnectReportPath, " HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n")));
  absl::StatusOr<HttpReply> reply = connection.ReadReply(/*without_body=*/true);
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->status, 405);
  reply = connection.ReadReply();
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->status, 404);
}

TEST_F(ConnectTest, APageOfAConfiguredOriginMayReport) {
  ASSERT_NO_FATAL_FAILURE(Start());
  const auto preflight = [&](const std::string& origin) {
    HttpConnection connection(daemon_->connect_address());
    connection.Send(absl::StrCat("OPTIONS ", kConnectReportPath, " HTTP/1.1\r\nOrigin: ", origin,
                                 "\r\nAccess-Control-Request-Method: POST\r\n\r\n"));
    const absl::StatusOr<HttpReply> reply = connection.ReadReply(/*without_body=*/true);
    return reply.ok() ? *reply : HttpReply();
  };
  const std::string origin = "https://play.example.com";
  EXPECT_EQ(preflight(origin).status, 204);
  EXPECT_EQ(preflight(origin).Header("access-control-allow-origin"), origin);
  EXPECT_EQ(preflight("https://evil.example").Header("access-control-allow-origin"), "");
  const absl::StatusOr<HttpReply> reply =
      proto_->Post(absl::StrCat(kProtoType, "Origin: ", origin, "\r\n"), "");
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->status, 400);
  EXPECT_EQ(reply->Header("access-control-allow-origin"), origin) << "an error is read too";
}

TEST_F(ConnectTest, ATimeoutOfTheClientIsAnsweredAndTheBatchCountsOnce) {
  ASSERT_NO_FATAL_FAILURE(Start("log: {commit_interval: 1s}\n"));
  const v1::Session session = MakeSession("demo", "eu");
  // Within one interval there is at most one commit, so at least one of these waits for the next.
  StatusCode worst = StatusCode::OK;
  for (uint64_t i = 1; i <= 10 && worst == StatusCode::OK; ++i) {
    worst = proto_
                ->Report(MakeRequest(session, i, {{1005, 1}}), nullptr, "",
                         "Connect-Timeout-Ms: 50\r\n")
                .error_code();
    if (worst != StatusCode::OK) {
      EXPECT_EQ(worst, StatusCode::DEADLINE_EXCEEDED);
      EXPECT_TRUE(proto_->Report(MakeRequest(session, i, {{1005, 1}})).ok());
      EXPECT_EQ(Batches("counted"), static_cast<double>(i));
    }
  }
  EXPECT_EQ(worst, StatusCode::DEADLINE_EXCEEDED);
}

}  // namespace
}  // namespace gmewatch
