// Strangers without a key who send HTTP/2 that no client library sends, while a client of an app
// reports.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/gmewatchd_process.h"
#include "tests/support/raw_http2.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr double kMiB = 1 << 20;

// Reports one batch after the other while an attack lasts.
class GoodClient {
 public:
  explicit GoodClient(const std::string& address) : client_(address), thread_([this] { Run(); }) {}
  GoodClient(const GoodClient&) = delete;
  GoodClient& operator=(const GoodClient&) = delete;
  ~GoodClient() { Stop(); }

  // Every report was answered with OK.
  void Stop() {
    if (!thread_.joinable()) return;
    stop_ = true;
    thread_.join();
    EXPECT_GT(acknowledged_, 0);
    EXPECT_EQ(failed_, 0);
    std::cout << "good client: " << acknowledged_ << " acknowledged, slowest " << slowest_ << "\n";
  }

 private:
  void Run() {
    const v1::Session session = MakeSession("good", "eu");
    for (uint64_t sequence = 1; !stop_; ++sequence) {
      const absl::Time begin = absl::Now();
      const grpc::Status status = client_.Report(MakeRequest(session, sequence, {{1005, 1}}));
      slowest_ = std::max(slowest_, absl::Now() - begin);
      ++(status.ok() ? acknowledged_ : failed_);
      if (!status.ok()) std::cout << status.error_code() << " " << status.error_message() << "\n";
    }
  }

  WireClient client_;
  std::atomic<bool> stop_{false};
  int acknowledged_ = 0;
  int failed_ = 0;
  absl::Duration slowest_;
  std::thread thread_;
};

class HostileCallsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto daemon = GmewatchdProcess::Start({"--in_memory"});
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = *std::move(daemon);
    WireClient client(daemon_->ingest_address());
    ASSERT_TRUE(client.Report(MakeRequest(MakeSession("good", "eu"), 1, {{1005, 1}})).ok());
    before_ = Memory();
  }

  double Memory() const { return ValueOf(daemon_->Scrape(), "process_resident_memory_bytes"); }
  // What the daemon has taken since the test began, and what the test says about it.
  double GrownMiB(const char* attack) const {
    const double grown = (Memory() - before_) / kMiB;
    std::cout << attack << ": " << before_ / kMiB << " MiB before, " << grown << " MiB more\n";
    return grown;
  }

  // Forty strangers begin `calls` each, and nothing but what `more` sends follows.
  void ManyCalls(const char* attack, uint32_t calls,
                 const std::function<void(RawHttp2* stranger, uint32_t stream)>& more) {
    constexpr int kConnections = 40;
    GoodClient good(daemon_->ingest_address());
    std::vector<std::unique_ptr<RawHttp2>> strangers;
    for (int i = 0; i < kConnections; ++i) {
      strangers.push_back(std::make_unique<RawHttp2>(daemon_->ingest_address()));
      // On a busy machine they are read slowly.
      strangers.back()->SetPatience(absl::Minutes(1));
      for (uint32_t call = 0; call < calls; ++call) {
        const uint32_t stream = 2 * call + 1;
        strangers.back()->Call(stream, call % 2 == 0 ? kReportPath : kReportStreamPath);
        more(strangers.back().get(), stream);
      }
      strangers.back()->Flush();
    }
    // All but those that may wait.
    const double most = kConnections * calls / 2.0;
    EXPECT_GE(daemon_->AwaitValue("gmewatch_calls_without_message_total", most), most);
    EXPECT_LT(GrownMiB(attack), 200);
    good.Stop();
  }

  std::unique_ptr<GmewatchdProcess> daemon_;
  double before_ = 0;
};

TEST_F(HostileCallsTest, ACallWithoutAWholeMessageEndsAndAQuietStreamStays) {
  WireClient client(daemon_->ingest_address());
  WireStream quiet(&client);
  const v1::Session session = MakeSession("good", "eu");
  ASSERT_TRUE(quiet.Write(MakeRequest(session, 1, {{1005, 1}})));
  ASSERT_TRUE(quiet.AwaitAcknowledged(1));

  RawHttp2 stranger(daemon_->ingest_address());
  stranger.Call(1, kReportPath);
  stranger.Call(3, kReportStreamPath);
  stranger.Call(5, kHealthPath);
  stranger.Call(7, kReportPath);
  stranger.BeginMessage(7, 1000, 500);
  stranger.Call(9, kReportStreamPath);
  stranger.BeginMessage(9, 1000, 500);
  ASSERT_TRUE(stranger.Flush());
  EXPECT_TRUE(stranger.AwaitText("no whole message came within 15s", 5, kPatience));
  EXPECT_EQ(daemon_->AwaitValue("gmewatch_calls_without_message_total", 5), 5);

  ASSERT_TRUE(quiet.Write(MakeRequest(2, {{1005, 1}})));
  EXPECT_TRUE(quiet.AwaitAcknowledged(2)) << "it was quiet for as long, between whole batches";
  EXPECT_TRUE(quiet.Finish().ok());
}

TEST_F(HostileCallsTest, ACallThatIsClosedWithoutAMessageIsToldSo) {
  RawHttp2 stranger(daemon_->ingest_address());
  stranger.Frame(RawHttp2::kHeaders, RawHttp2::kEndHeaders | RawHttp2::kEndStream, 1,
                 RawHttp2::CallHeaders(kReportPath));
  ASSERT_TRUE(stranger.Flush());
  EXPECT_TRUE(stranger.AwaitText("the call has no message", 1, kPatience));
}

TEST_F(HostileCallsTest, ManyCallsWithoutAMessageKeepNoMemory) {
  ManyCalls("calls without a message", 1000, [](RawHttp2*, uint32_t) {});
}

TEST_F(HostileCallsTest, ManyHalfMessagesKeepNoMemory) {
  ManyCalls("half messages", 200, [](RawHttp2* stranger, uint32_t stream) {
    stranger->BeginMessage(stream, 300'000, 300);
    stranger->Flush();
  });
}

TEST_F(HostileCallsTest, CallsThatAreResetAtOnceKeepNoMemory) {
  constexpr uint32_t kCalls = 50'000;
  GoodClient good(daemon_->ingest_address());
  std::vector<std::unique_ptr<RawHttp2>> strangers;
  for (int i = 0; i < 2; ++i) {
    strangers.push_back(std::make_unique<RawHttp2>(daemon_->ingest_address()));
    for (uint32_t call = 0; call < kCalls; ++call) {
      strangers.back()->Call(2 * call + 1, kReportPath);
      strangers.back()->Frame(RawHttp2::kReset, 0, 2 * call + 1, absl::string_view("\0\0\0\10", 4));
    }
    strangers.back()->Flush();
  }
  good.Stop();
  EXPECT_LT(GrownMiB("calls that are reset at once"), 200);
}

TEST_F(HostileCallsTest, HeadersWithoutAnEndKeepNoMemory) {
  GoodClient good(daemon_->ingest_address());
  RawHttp2 stranger(daemon_->ingest_address());
  std::string fields;
  for (int i = 0; i < 4000; ++i) fields += std::string("\0\1a\0011", 5);
  stranger.Frame(RawHttp2::kHeaders, 0, 1, RawHttp2::CallHeaders(kReportPath));
  for (int i = 0; i < 500; ++i) {
    stranger.Frame(RawHttp2::kContinuation, 0, 1, absl::string_view(fields).substr(0, 16380));
  }
  stranger.Flush();
  good.Stop();
  EXPECT_LT(GrownMiB("headers without an end"), 200);
}

TEST_F(HostileCallsTest, AMuteConnectionIsClosed) {
  std::vector<std::unique_ptr<HttpConnection>> mute;
  mute.reserve(200);
  for (int i = 0; i < 200; ++i) {
    mute.push_back(std::make_unique<HttpConnection>(daemon_->ingest_address()));
  }
  ASSERT_GT(daemon_->AwaitValue("process_open_fds", 200), 199);
  GoodClient good(daemon_->ingest_address());
  EXPECT_TRUE(AwaitTrue([&] { return ValueOf(daemon_->Scrape(), "process_open_fds") < 100; },
                        kPatience, absl::Milliseconds(100)));
  good.Stop();
}

// gRPC does not tell a stream whose next message has begun from a quiet one.
TEST(UnfinishedMessageTest, ALaterMessageThatIsNotFinishedEndsWithItsConnection) {
  const TempDir dir;
  const auto daemon = GmewatchdProcess::Start(
      {"--in_memory", "--open",
       "--config=" + dir.Write("settings.yaml", "ingest: {max_connection_age: 2s}\n")});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  RawHttp2 stranger((*daemon)->ingest_address());
  const std::string batch =
      MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}}).SerializeAsString();
  ASSERT_LT(batch.size(), 256U);
  stranger.Call(1, kReportStreamPath);
  stranger.Frame(RawHttp2::kData, 0, 1,
                 std::string("\0\0\0\0", 4) + static_cast<char>(batch.size()) + batch);
  stranger.BeginMessage(1, 1000, 500);
  ASSERT_TRUE(stranger.Flush());
  EXPECT_EQ((*daemon)->AwaitValue("gmewatch_batches_total{result=\"counted\"}", 1), 1);
  const absl::Time begin = absl::Now();
  EXPECT_TRUE(stranger.AwaitClose(kPatience));
  std::cout << "closed after " << absl::Now() - begin << "\n";
  EXPECT_TRUE(
      AwaitTrue([&] { return ValueOf((*daemon)->Scrape(), "gmewatch_streams") == 0; }, kPatience));
}

}  // namespace
}  // namespace gmewatch
