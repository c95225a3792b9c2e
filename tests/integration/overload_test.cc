// More load than gmewatchd can take: it holds streams, slows down and rejects who causes the load,
// and acknowledges every batch that it took.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <thread>
#include <vector>

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
constexpr int kPendingBytesMax = 65536;

// About 4 KiB in the log.
v1::ReportRequest LargeBatch(uint64_t sequence) {
  v1::ReportRequest request = MakeRequest(sequence, {});
  for (int i = 0; i < kBatchEvents; ++i) request.add_codes(1005), request.add_counts(1);
  return request;
}

class OverloadTest : public ::testing::Test {
 protected:
  // Room for about 15 large batches, which wait up to a second for a commit.
  void Start(const std::string& more = "", const std::string& commit_interval = "1s") {
    const std::string config = dir_.Write(
        "settings.yaml", absl::StrCat("limits: {max_pending_bytes: ", kPendingBytesMax,
                                      "}\nlog: {commit_interval: ", commit_interval, "}\n", more));
    auto daemon =
        GmewatchdProcess::Start({"--state_dir=" + dir_.File("state"), "--config=" + config});
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = *std::move(daemon);
  }

  TempDir dir_;
  std::unique_ptr<GmewatchdProcess> daemon_;
};

TEST_F(OverloadTest, SlowsDownWhoCausesTheLoadAndNobodyElse) {
  ASSERT_NO_FATAL_FAILURE(Start());
  WireClient client(daemon_->ingest_address());
  WireStream stream(&client);
  ASSERT_TRUE(stream.Write(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})));
  ASSERT_TRUE(stream.AwaitAcknowledged(1));
  EXPECT_EQ(stream.min_interval(), absl::ZeroDuration());
  uint64_t last = 1;
  uint64_t session = 0;
  // One round is usually enough; more are needed if a commit came between the batches.
  for (int round = 0; round < 10 && stream.min_interval() == absl::ZeroDuration(); ++round) {
    for (int i = 0; i < 7; ++i) ASSERT_TRUE(stream.Write(LargeBatch(++last)));
    // Wait until all are taken: if the other call overtook some, two answers would acknowledge
    // them, and the second may leave when there is room again.
    daemon_->AwaitValue("gmewatch_pending_bytes", 7 * kBatchEvents * 8, absl::Milliseconds(700));
    grpc::ClientContext context;
    v1::ReportResponse response;
    ASSERT_TRUE(
        client.stub()
            .Report(&context, MakeRequest(MakeSession("demo", "eu"), ++session, {}), &response)
            .ok());
    EXPECT_EQ(MinIntervalOf(response), absl::ZeroDuration());
    ASSERT_TRUE(stream.AwaitAcknowledged(last));
  }
  EXPECT_GE(stream.min_interval(), absl::Seconds(1));
  EXPECT_EQ(ValueOf(daemon_->Scrape(), "gmewatch_batches_total{result=\"rejected\"}"), 0);
  EXPECT_TRUE(stream.Finish().ok());
}

TEST_F(OverloadTest, RejectsLargeReportsAtTheTopWithRetryInfo) {
  ASSERT_NO_FATAL_FAILURE(Start());
  constexpr size_t kReports = 40;  // at least twice what there is room for
  WireClient client(daemon_->ingest_address());
  double acknowledged = 0;
  double rejected = 0;
  bool slowed_down = false;
  std::set<absl::Duration> delays;
  // One round is usually enough; more are needed if a commit came between the batches.
  for (int round = 0; round < 10 && (rejected < 2 || !slowed_down); ++round) {
    std::vector<grpc::Status> statuses(kReports);
    std::vector<v1::ReportResponse> responses(kReports);
    std::vector<std::thread> senders(kReports);
    for (size_t i = 0; i < kReports; ++i) {
      senders[i] = std::thread([&client, &status = statuses[i], &response = responses[i]] {
        v1::ReportRequest request = LargeBatch(1);
        *request.mutable_session() = MakeSession("demo", "eu");
        grpc::ClientContext context;
        status = client.stub().Report(&context, request, &response);
      });
    }
    for (std::thread& sender : senders) sender.join();
    for (size_t i = 0; i < kReports; ++i) {
      if (statuses[i].ok()) {
        ++acknowledged;
        slowed_down |= MinIntervalOf(responses[i]) >= absl::Seconds(1);
        continue;
      }
      ++rejected;
      EXPECT_EQ(statuses[i].error_code(), StatusCode::RESOURCE_EXHAUSTED);
      EXPECT_THAT(statuses[i].error_message(), HasSubstr("limits.max_pending_bytes"));
      EXPECT_GT(RetryDelayOf(statuses[i]), absl::ZeroDuration());
      delays.insert(RetryDelayOf(statuses[i]));
    }
  }
  EXPECT_GE(rejected, 2);
  EXPECT_GT(delays.size(), 1U);  // they do not come back together
  EXPECT_TRUE(slowed_down);
  // Every counted batch is acknowledged, and every other is counted as rejected.
  EXPECT_EQ(ValueOf(daemon_->Scrape(), kCounted), acknowledged);
  EXPECT_EQ(daemon_->AwaitValue(kOverloaded, kBatchEvents * rejected), kBatchEvents * rejected);
}

TEST_F(OverloadTest, AStreamIsHeldAndNotEnded) {
  ASSERT_NO_FATAL_FAILURE(Start("", "20ms"));
  constexpr uint64_t kBatches = 1000;  // 130 times as much as there is room for
  WireClient client(daemon_->ingest_address());
  WireStream stream(&client);
  const v1::Session session = MakeSession("demo", "eu");
  v1::ReportRequest request = LargeBatch(1);
  *request.mutable_session() = session;
  ASSERT_TRUE(stream.Write(request));
  for (uint64_t i = 2; i <= kBatches; ++i) ASSERT_TRUE(stream.Write(LargeBatch(i))) << i;
  const grpc::Status status = stream.Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(stream.acknowledged(), kBatches);
  EXPECT_EQ(ValueOf(daemon_->Scrape(), kCounted), kBatches);
  EXPECT_EQ(ValueOf(daemon_->Scrape(), kOverloaded), 0);
}

// Clients that send at the same time, each in a thread of its own. REQUIRES: `daemon` outlives it.
class Crowd {
 public:
  explicit Crowd(GmewatchdProcess* daemon) : daemon_(daemon) {}

  // One stream, as many batches as it may without pause.
  void Stream(uint64_t batches) {
    WireClient client(daemon_->ingest_address());
    WireStream stream(&client);
    v1::ReportRequest request = LargeBatch(1);
    *request.mutable_session() = MakeSession("demo", "eu");
    EXPECT_TRUE(stream.Write(request));
    for (uint64_t i = 2; i <= batches; ++i) EXPECT_TRUE(stream.Write(LargeBatch(i))) << i;
    const grpc::Status status = stream.Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(stream.acknowledged(), batches);
    acknowledged_ += stream.acknowledged();
  }
  // Until Stop: large Reports that come back at once when they are rejected, ...
  void ReportRudely() {
    WireClient client(daemon_->ingest_address());
    v1::ReportRequest request = LargeBatch(1);
    *request.mutable_session() = MakeSession("demo", "us");
    while (sending_) {
      const grpc::Status status = client.Report(request);
      if (status.ok()) {
        ++acknowledged_;
        request.set_sequence(request.sequence() + 1);
      } else {
        EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
        ++rejected_;
      }
    }
  }
  // ... small ones that are never to be rejected or slowed down, ...
  void ReportLittle() {
    WireClient client(daemon_->ingest_address());
    const v1::Session session = MakeSession("demo", "light");
    for (uint64_t sequence = 1; sending_; ++sequence) {
      grpc::ClientContext context;
      v1::ReportResponse response;
      const grpc::Status status =
          client.stub().Report(&context, MakeRequest(session, sequence, {{1005, 1}}), &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      EXPECT_EQ(MinIntervalOf(response), absl::ZeroDuration());
      acknowledged_ += status.ok() ? 1 : 0;
    }
  }
  // ... and scrapes and probes.
  void Watch() {
    while (sending_) {
      EXPECT_LE(ValueOf(daemon_->Scrape(), "gmewatch_pending_bytes"), kPendingBytesMax);
      EXPECT_EQ(HttpFetch(daemon_->admin_address(), "/healthz")->status, 200);
    }
  }
  void Stop() { sending_ = false; }

  uint64_t acknowledged() const { return acknowledged_; }
  uint64_t rejected() const { return rejected_; }

 private:
  GmewatchdProcess* const daemon_;
  std::atomic<bool> sending_{true};
  std::atomic<uint64_t> acknowledged_{0};
  std::atomic<uint64_t> rejected_{0};
};

TEST_F(OverloadTest, LightClientsNoticeNothingOfHeavyOnes) {
  ASSERT_NO_FATAL_FAILURE(Start("", "5ms"));
  constexpr uint64_t kBatches = 60;
  Crowd crowd(daemon_.get());
  std::vector<std::thread> streams(24);  // there is room for 7 large batches
  for (std::thread& stream : streams) stream = std::thread([&crowd] { crowd.Stream(kBatches); });
  std::vector<std::thread> others(8);
  for (std::thread& other : others) other = std::thread([&crowd] { crowd.ReportRudely(); });
  others.emplace_back([&crowd] { crowd.ReportLittle(); });
  others.emplace_back([&crowd] { crowd.Watch(); });
  for (std::thread& stream : streams) stream.join();
  crowd.Stop();
  for (std::thread& other : others) other.join();
  EXPECT_EQ(ValueOf(daemon_->Scrape(), kCounted), static_cast<double>(crowd.acknowledged()));
  const double events = static_cast<double>(kBatchEvents * crowd.rejected());
  EXPECT_EQ(daemon_->AwaitValue(kOverloaded, events), events);
  EXPECT_EQ(daemon_->Terminate(), 0) << daemon_->process().error();
}

// Held streams that wait for a commit when the daemon stops, or whose client is gone.
TEST_F(OverloadTest, HeldStreamsDelayNoStop) {
  ASSERT_NO_FATAL_FAILURE(Start("", "300ms"));
  constexpr size_t kStreams = 40;
  WireClient client(daemon_->ingest_address());
  std::vector<std::unique_ptr<WireStream>> streams;
  for (size_t i = 0; i < kStreams; ++i) {
    streams.push_back(std::make_unique<WireStream>(&client));
    v1::ReportRequest request = LargeBatch(1);
    *request.mutable_session() = MakeSession("demo", "eu");
    ASSERT_TRUE(streams.back()->Write(request));
    ASSERT_TRUE(streams.back()->Write(LargeBatch(2)));
  }
  daemon_->AwaitValue("gmewatch_pending_bytes", 6 * kBatchEvents * 8, absl::Milliseconds(700));
  for (size_t i = 0; i < kStreams / 4; ++i) streams[i]->Cancel();
  EXPECT_EQ(daemon_->Terminate(), 0) << daemon_->process().error();
  for (const auto& stream : streams)
    EXPECT_LE(stream->Finish().error_code(), StatusCode::UNAVAILABLE);
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
