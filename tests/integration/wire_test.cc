// The rules of error_reporting.proto for counting, acknowledging and rejecting, through a real
// gmewatchd.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "tests/integration/wire_fixture.h"

namespace gmewatch {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

TEST_F(WireTest, CountsAnAcknowledgedBatchByCodeCategoryRegionAndApp) {
  v1::ReportRequest request =
      MakeRequest(MakeSession("app1", "eu"), 1, {{1005, 20}, {10001, 3}, {8195, 2}, {0, 500}});
  // Other tests have sessions there, too.
  const double sessions =
      std::max(0.0, ValueOf(daemon_->Scrape(), PlaceSeries("gme_sessions_total", "eu", "app1")));
  uint64_t acknowledged = 0;
  ASSERT_TRUE(client_.Report(request, &acknowledged).ok());
  EXPECT_EQ(acknowledged, 1U);
  // Acknowledged means visible, so nothing waits here.
  EXPECT_EQ(Events("app1", 1005), 20);
  EXPECT_EQ(Events("app1", 10001, "server"), 3);
  EXPECT_EQ(Events("app1", 8195, "voice_message"), 2);
  EXPECT_EQ(Events("app1", 1005, "client", "us"), 0);
  const Samples samples = daemon_->Scrape();
  EXPECT_EQ(ValueOf(samples, PlaceSeries("gme_success_events_total", "eu", "app1")), 500);
  EXPECT_EQ(ValueOf(samples, PlaceSeries("gme_sessions_total", "eu", "app1")), sessions + 1);
  EXPECT_EQ(
      ValueOf(samples, CodeSeries("gme_error_sessions_total", "1005", "client", "eu", "app1")), 1);
}

TEST_F(WireTest, ARetryIsAcknowledgedAndNotCountedOverBothCallsAndAReconnect) {
  const v1::Session session = MakeSession("app2", "eu");
  const v1::ReportRequest first = MakeRequest(session, 1, {{1005, 5}});
  uint64_t acknowledged = 0;
  ASSERT_TRUE(client_.Report(first).ok());
  ASSERT_TRUE(client_.Report(first, &acknowledged).ok());
  EXPECT_EQ(acknowledged, 1U);
  {
    WireStream stream(&client_);
    ASSERT_TRUE(stream.Write(first));
    ASSERT_TRUE(stream.Write(MakeRequest(2, {{1005, 1}})));
    ASSERT_TRUE(stream.AwaitAcknowledged(2));
    stream.Cancel();
    EXPECT_FALSE(stream.Finish().ok());
  }
  WireClient other(daemon_->ingest_address());
  WireStream stream(&other);
  ASSERT_TRUE(stream.Write(MakeRequest(session, 2, {{1005, 1}})));
  ASSERT_TRUE(stream.Write(MakeRequest(1, {{1005, 5}})));
  ASSERT_TRUE(stream.Write(MakeRequest(3, {{1005, 2}})));
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_EQ(stream.acknowledged(), 3U);
  ASSERT_TRUE(other.Report(MakeRequest(session, 3, {{1005, 2}})).ok());
  EXPECT_EQ(Events("app2", 1005), 8);
}

TEST_F(WireTest, ANumberMayBeLeftOutAndIsNotCountedLater) {
  const v1::Session session = MakeSession("app3", "eu");
  ASSERT_TRUE(client_.Report(MakeRequest(session, 5, {{1005, 1}})).ok());
  ASSERT_TRUE(client_.Report(MakeRequest(session, 4, {{1005, 10}})).ok());
  ASSERT_TRUE(client_.Report(MakeRequest(session, 9, {{1005, 1}})).ok());
  EXPECT_EQ(Events("app3", 1005), 2);
}

TEST_F(WireTest, AStreamIsAnsweredWhenSomethingIsSettledNotForEveryBatch) {
  WireStream stream(&client_);
  ASSERT_TRUE(stream.Write(MakeRequest(MakeSession("app4", "eu"), 1, {{1005, 1}})));
  for (uint64_t i = 2; i <= 2000; ++i) ASSERT_TRUE(stream.Write(MakeRequest(i, {{1005, 1}})));
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_EQ(stream.acknowledged(), 2000U);
  EXPECT_LT(stream.responses(), 1000U);
  EXPECT_EQ(Events("app4", 1005), 2000);
}

TEST_F(WireTest, AStreamNamesABrokenBatchOnceAndGoesOn) {
  const double invalid_before = RejectedEvents("invalid");
  WireStream stream(&client_);
  ASSERT_TRUE(stream.Write(MakeRequest(MakeSession("app5", "eu"), 1, {{1005, 1}})));
  v1::ReportRequest uneven = MakeRequest(2, {{1005, 7}});
  uneven.add_codes(1006);
  ASSERT_TRUE(stream.Write(uneven));
  ASSERT_TRUE(stream.Write(MakeRequest(3, {{1005, 0}})));
  ASSERT_TRUE(stream.Write(MakeRequest(4, {{1005, 2}})));
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_EQ(stream.acknowledged(), 4U);
  ASSERT_EQ(stream.refused().size(), 2U);
  EXPECT_EQ(stream.refused()[0].sequence(), 2U);
  EXPECT_THAT(stream.refused()[0].reason(), HasSubstr("counts has 1 items and codes has 2"));
  EXPECT_EQ(stream.refused()[1].sequence(), 3U);
  EXPECT_THAT(stream.refused()[1].reason(), HasSubstr("counts[0] is 0; from 1 to 1000000 is"));
  EXPECT_EQ(Events("app5", 1005), 3);
  EXPECT_EQ(RejectedEvents("invalid") - invalid_before, 7);
}

TEST_F(WireTest, ABrokenBatchIsRejectedAsAWholeAndTheFieldNamed) {
  v1::ReportRequest request = MakeRequest(MakeSession("app6", "eu"), 1, {{1005, 1}, {1006, 0}});
  const grpc::Status status = client_.Report(request);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(BadFieldOf(status), "counts[1]");
  EXPECT_EQ(RetryDelayOf(status), absl::ZeroDuration());
  EXPECT_EQ(Events("app6", 1005), 0);
}

TEST_F(WireTest, EveryRuleOfABatchIsKept) {
  const v1::Session session = MakeSession("app7", "eu");
  const auto field = [&](auto change) {
    v1::ReportRequest request = MakeRequest(session, 1, {{1005, 1}});
    change(&request);
    return BadFieldOf(client_.Report(request));
  };
  using R = v1::ReportRequest;
  EXPECT_EQ(field([](R* r) { r->set_sequence(0); }), "sequence");
  EXPECT_EQ(field([](R* r) { r->set_counts(0, 1'000'000'001); }), "counts[0]");
  EXPECT_EQ(field([](R* r) { r->mutable_age()->set_seconds(-1); }), "age");
  EXPECT_EQ(field([](R* r) {
              for (int i = 0; i < 512; ++i) r->add_codes(1), r->add_counts(1);
            }),
            "codes");
  EXPECT_EQ(field([](R* r) {
              for (int i = 0; i < 17; ++i) r->add_details();
            }),
            "details");
  EXPECT_EQ(field([](R* r) { r->add_details()->set_operation(std::string(65, 'x')); }),
            "details[0].operation");
  EXPECT_EQ(field([](R* r) { r->mutable_session()->set_id("too short"); }), "session.id");
  EXPECT_EQ(field([](R* r) { r->mutable_session()->set_app("a b"); }), "session.app");
  EXPECT_EQ(field([](R* r) { r->mutable_session()->set_region("all"); }), "session.region");
  EXPECT_EQ(field([](R* r) { r->mutable_session()->set_platform("\x01"); }), "session.platform");
  EXPECT_EQ(field([](R* r) { r->clear_session(); }), "session");
  EXPECT_EQ(field([](R*) {}), "");
  EXPECT_EQ(Events("app7", 1005), 1);
}

TEST_F(WireTest, TheSessionIsInAStreamsFirstMessageAndInNoLaterOne) {
  {
    WireStream stream(&client_);
    stream.Write(MakeRequest(1, {{1005, 1}}));
    const grpc::Status status = stream.Finish();
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(BadFieldOf(status), "session");
  }
  const v1::Session session = MakeSession("app8", "eu");
  WireStream stream(&client_);
  stream.Write(MakeRequest(session, 1, {{1005, 1}}));
  stream.Write(MakeRequest(session, 2, {{1005, 1}}));
  const grpc::Status status = stream.Finish();
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(BadFieldOf(status), "session");
  // The batch settled before is acknowledged before the call ends.
  EXPECT_EQ(stream.acknowledged(), 1U);
  EXPECT_EQ(Events("app8", 1005), 1);
}

TEST_F(WireTest, OnlyWhoMayReportsForAnAppOrRegion) {
  const double denied = RejectedBatches("permission_denied");
  const double unauthenticated = RejectedBatches("unauthenticated");
  const double denied_events = RejectedEvents("permission_denied");
  const auto code = [&](const char* app, const char* region, const char* authorization) {
    return client_
        .Report(MakeRequest(MakeSession(app, region), 1, {{1005, 1}}), nullptr, authorization)
        .error_code();
  };
  EXPECT_EQ(code("nobody", "eu", ""), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(code("app9", "mars", ""), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(code("keyed", "eu", ""), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(code("keyed", "eu", "Bearer wrong-key"), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(code("keyed", "eu", "Bearer second-key"), StatusCode::OK);
  EXPECT_EQ(Events("keyed", 1005), 1);
  EXPECT_EQ(RejectedBatches("permission_denied") - denied, 2);
  EXPECT_EQ(RejectedBatches("unauthenticated") - unauthenticated, 2);
  EXPECT_EQ(RejectedEvents("permission_denied") - denied_events, 0);
}

TEST_F(WireTest, LateEventsAreCountedAndCountedAsLate) {
  v1::ReportRequest request = MakeRequest(MakeSession("app10", "eu"), 1, {{1005, 4}});
  request.mutable_age()->set_seconds(601);
  ASSERT_TRUE(client_.Report(request).ok());
  request = MakeRequest(MakeSession("app10", "eu"), 1, {{1005, 1}});
  request.mutable_age()->set_seconds(599);
  ASSERT_TRUE(client_.Report(request).ok());
  EXPECT_EQ(Events("app10", 1005), 5);
  EXPECT_EQ(ValueOf(daemon_->Scrape(),
                    CodeSeries("gme_error_late_events_total", "1005", "client", "eu", "app10")),
            4);
}

TEST_F(WireTest, WhatClientsLostIsCountedByReason) {
  v1::ReportRequest request = MakeRequest(MakeSession("app11", "eu"), 1, {});
  v1::ClientLoss* loss = request.add_losses();
  loss->set_reason(v1::ClientLoss::EXPIRED);
  loss->set_events(12);
  ASSERT_TRUE(client_.Report(request).ok());
  ASSERT_TRUE(client_.Report(request).ok());  // the retry adds nothing
  EXPECT_EQ(ValueOf(daemon_->Scrape(),
                    "gme_client_lost_events_total{reason=\"expired\",region=\"eu\","
                    "app=\"app11\"}"),
            12);
}

TEST_F(WireTest, DistinctSessionsAreCountedOncePerCode) {
  const v1::Session one = MakeSession("app12", "eu");
  for (uint64_t i = 1; i <= 5; ++i) {
    ASSERT_TRUE(client_.Report(MakeRequest(one, i, {{1005, 100}})).ok());
  }
  ASSERT_TRUE(
      client_.Report(MakeRequest(MakeSession("app12", "eu"), 1, {{1005, 1}, {1006, 1}})).ok());
  const Samples samples = daemon_->Scrape();
  const auto sessions = [&samples](const char* code) {
    return ValueOf(samples, CodeSeries("gme_error_sessions_total", code, "client", "eu", "app12"));
  };
  EXPECT_EQ(sessions("1005"), 2);
  EXPECT_EQ(sessions("1006"), 1);
  EXPECT_EQ(ValueOf(samples, PlaceSeries("gme_sessions_total", "eu", "app12")), 2);
}

TEST_F(WireTest, CompressedRequestsAreRejected) {
  grpc::ClientContext context;
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  v1::ReportRequest request = MakeRequest(MakeSession("app13", "eu"), 1, {});
  for (int i = 0; i < 500; ++i) request.add_codes(1005), request.add_counts(1);
  v1::ReportResponse response;
  EXPECT_EQ(client_.stub().Report(&context, request, &response).error_code(),
            StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(Events("app13", 1005), 0);
}

// With a field that a later version added, so that only the size is wrong.
v1::ReportRequest OfSize(v1::ReportRequest request, size_t bytes) {
  request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(
      100, std::string(bytes, 'x'));
  return request;
}

TEST_F(WireTest, AMessageThatIsTooLargeIsRejectedForGoodAndCounted) {
  const double before = RejectedEvents("invalid");
  const v1::Session session = MakeSession("app14", "us");
  const grpc::Status status =
      client_.Report(OfSize(MakeRequest(session, 1, {{1005, 7}, {1006, 4}}), 65'536));
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("at most 65536 are allowed"));
  EXPECT_THAT(status.error_message(), HasSubstr("ingest.max_message_bytes"));
  EXPECT_EQ(RejectedEvents("invalid"), before + 11);
  // On a stream the batch is named, and the stream goes on.
  WireStream stream(&client_);
  ASSERT_TRUE(stream.Write(MakeRequest(session, 2, {{1005, 1}})));
  ASSERT_TRUE(stream.Write(OfSize(MakeRequest(3, {{1005, 5}}), 200'000)));
  ASSERT_TRUE(stream.Write(OfSize(MakeRequest(4, {{1005, 1}}), 60'000)));
  EXPECT_TRUE(stream.Finish().ok());
  ASSERT_EQ(stream.refused().size(), 1U);
  EXPECT_EQ(stream.refused()[0].sequence(), 3U);
  EXPECT_EQ(RejectedEvents("invalid"), before + 16);
  EXPECT_EQ(Events("app14", 1005, "client", "us"), 2);
}

TEST_F(WireTest, AMessageFarBeyondTheLimitEndsTheCallAndNothingElse) {
  EXPECT_EQ(client_.Report(OfSize(MakeRequest(MakeSession("app14", "eu"), 1, {{1005, 1}}), 400'000))
                .error_code(),
            StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(client_.Report(MakeRequest(MakeSession("app14", "eu"), 1, {{1005, 1}})).ok());
  EXPECT_EQ(Events("app14", 1005), 1);
}

TEST_F(WireTest, TotalsAddUpToWhatWasAcknowledged) {
  const Samples samples = daemon_->Scrape();
  EXPECT_GT(SumOf(samples, kEvents), 0);
  // Every configured series exists, zero or not: 73 codes and "other" in 33 places.
  size_t series = 0;
  for (const auto& [name, value] : samples) series += name.rfind("gme_error_events_total{", 0) == 0;
  EXPECT_EQ(series, 74U * 33U);
}

}  // namespace
}  // namespace gmewatch
