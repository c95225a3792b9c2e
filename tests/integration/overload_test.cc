// More load than gmewatchd can take: it slows clients down before it rejects a batch, and it
// acknowledges every batch that it took.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "daemon/base/clock.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/http_client.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

constexpr char kCounted[] = "gmewatch_batches_total{result=\"counted\"}";
constexpr char kOverloaded[] = "gmewatch_rejected_events_total{reason=\"overloaded\"}";
constexpr int kBatchEvents = 512;

// About 4 KiB in the log.
v1::ReportRequest LargeBatch(uint64_t sequence) {
  v1::ReportRequest request = MakeRequest(sequence, {});
  for (int i = 0; i < kBatchEvents; ++i) request.add_codes(1005), request.add_counts(1);
  return request;
}

class OverloadTest : public ::testing::Test {
 protected:
  // Room for about 15 large batches, which wait up to a second for a commit.
  void Start(const std::string& more = "") {
    const std::string config = dir_.Write(
        "settings.yaml",
        absl::StrCat("limits: {max_pending_bytes: 65536}\nlog: {commit_interval: 1s}\n", more));
    auto daemon =
        GmewatchdProcess::Start({"--state_dir=" + dir_.File("state"), "--config=" + config});
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = *std::move(daemon);
  }

  TempDir dir_;
  std::unique_ptr<GmewatchdProcess> daemon_;
};

TEST_F(OverloadTest, SlowsClientsDownBeforeItRejectsABatch) {
  ASSERT_NO_FATAL_FAILURE(Start());
  WireClient client(daemon_->ingest_address());
  WireStream stream(&client);
  ASSERT_TRUE(stream.Write(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})));
  ASSERT_TRUE(stream.AwaitAcknowledged(1));
  EXPECT_EQ(stream.min_interval(), absl::ZeroDuration());
  uint64_t last = 1;
  uint64_t session = 0;
  absl::Duration unary;
  // One round is usually enough; more are needed if a commit came between the batches.
  for (int round = 0; round < 10 && (stream.min_interval() == absl::ZeroDuration() ||
                                     unary == absl::ZeroDuration());
       ++round) {
    for (int i = 0; i < 11; ++i) ASSERT_TRUE(stream.Write(LargeBatch(++last)));
    // Wait until all are taken: if the other call overtook some, two answers would acknowledge
    // them, and the second may leave when there is room again.
    daemon_->AwaitValue("gmewatch_pending_bytes", 11 * kBatchEvents * 8, absl::Milliseconds(700));
    grpc::ClientContext context;
    v1::ReportResponse response;
    ASSERT_TRUE(
        client.stub()
            .Report(&context, MakeRequest(MakeSession("demo", "eu"), ++session, {}), &response)
            .ok());
    unary = std::max(unary, MinIntervalOf(response));
    ASSERT_TRUE(stream.AwaitAcknowledged(last));
  }
  EXPECT_GE(stream.min_interval(), absl::Seconds(1));
  EXPECT_GE(unary, absl::Seconds(1));
  EXPECT_EQ(ValueOf(daemon_->Scrape(), "gmewatch_batches_total{result=\"rejected\"}"), 0);
  EXPECT_TRUE(stream.Finish().ok());
}

TEST_F(OverloadTest, RejectsWithRetryInfoAfterItAcknowledgedWhatItTook) {
  ASSERT_NO_FATAL_FAILURE(Start());
  WireClient client(daemon_->ingest_address());
  const v1::Session session = MakeSession("demo", "eu");
  WireStream stream(&client);
  v1::ReportRequest first = LargeBatch(1);
  *first.mutable_session() = session;
  ASSERT_TRUE(stream.Write(first));
  uint64_t written = 1;
  while (written < 10'000 && stream.Write(LargeBatch(written + 1))) ++written;
  const grpc::Status status = stream.Finish();
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("limits.max_pending_bytes"));
  EXPECT_GT(RetryDelayOf(status), absl::ZeroDuration());
  EXPECT_GE(stream.acknowledged(), 15U);
  EXPECT_LT(stream.acknowledged(), written);
  // Every counted batch is acknowledged, and no later batch overtook the one that was rejected.
  EXPECT_EQ(ValueOf(daemon_->Scrape(), kCounted), static_cast<double>(stream.acknowledged()));
  EXPECT_EQ(daemon_->AwaitValue(kOverloaded, kBatchEvents), kBatchEvents);
  v1::ReportRequest next = LargeBatch(stream.acknowledged() + 1);
  *next.mutable_session() = session;
  EXPECT_TRUE(client.Report(next).ok());
}

TEST_F(OverloadTest, CommitsAtMostOnceInTheInterval) {
  ASSERT_NO_FATAL_FAILURE(Start());
  WireClient client(daemon_->ingest_address());
  RealClock clock;
  const v1::Session session = MakeSession("demo", "eu");
  ASSERT_TRUE(client.Report(MakeRequest(session, 1, {{1005, 1}})).ok());
  const absl::Duration begin = clock.Monotonic();
  for (uint64_t i = 2; i <= 3; ++i) {
    ASSERT_TRUE(client.Report(MakeRequest(session, i, {{1005, 1}})).ok());
  }
  EXPECT_GE(clock.Monotonic() - begin, absl::Milliseconds(1500));
}

TEST_F(OverloadTest, AMetricsClientThatReadsNothingBlocksNothing) {
  std::string apps = "apps:\n";
  for (int i = 0; i < 20; ++i) {
    absl::StrAppend(&apps, "- {name: app", i, ", regions: [a, b, c, d, e, f, g, h, i, j]}\n");
  }
  ASSERT_NO_FATAL_FAILURE(Start(apps));
  HttpConnection reader(daemon_->admin_address(), 4096);
  ASSERT_TRUE(reader.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(reader.ReadSome(1).ok());  // the answer has begun
  WireClient client(daemon_->ingest_address());
  EXPECT_TRUE(client.Report(MakeRequest(MakeSession("app1", "a"), 1, {{1005, 1}})).ok());
  EXPECT_EQ(ValueOf(daemon_->Scrape(), kCounted), 1);
  EXPECT_EQ(HttpFetch(daemon_->admin_address(), "/readyz")->status, 200);
}

}  // namespace
}  // namespace gmewatch
