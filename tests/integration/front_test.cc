// The shipped configuration of HAProxy in front of gmewatchd.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/notification.h"
#include "tests/support/child_process.h"
#include "tests/support/connect_client.h"
#include "tests/support/free_port.h"
#include "tests/support/front_configuration.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/raw_http2.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

constexpr size_t kStreams = 1000;

// At `port`, in front of `ingest` and `connect`. It cuts streams that are quiet for `quiet`.
std::string Configuration(uint16_t port, const std::string& ingest,
                          const std::string& quiet = "90s",
                          const std::string& connect = "127.0.0.1:4748") {
  return absl::StrReplaceAll(
      FrontConfiguration(GMEWATCH_HAPROXY_CFG, absl::StrCat("127.0.0.1:", port), ingest, connect),
      {{"timeout client 90s", "timeout client " + quiet},
       {"timeout server 90s", "timeout server " + quiet}});
}

grpc::Status ReportWithin(WireClient* client, absl::Duration timeout) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  v1::ReportResponse response;
  return client->stub().Report(&context, MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}}),
                               &response);
}

// A channel that pings every `interval`.
std::shared_ptr<grpc::Channel> PingingChannel(const std::string& address, absl::Duration interval) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS,
                   static_cast<int>(absl::ToInt64Milliseconds(interval)));
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

struct Cut {
  bool acknowledged = false;
  grpc::Status status;
  absl::Duration after;
};

// Reports once on a stream that is quiet from then on, and waits until it is cut.
Cut AwaitCut(const std::string& address, absl::Duration ping_interval) {
  const auto stub = v1::ErrorReporting::NewStub(PingingChannel(address, ping_interval));
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(120)));
  const auto stream = stub->ReportStream(&context);
  Cut cut;
  v1::ReportResponse response;
  cut.acknowledged = stream->Write(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})) &&
                     stream->Read(&response);
  const absl::Time quiet_since = absl::Now();
  while (stream->Read(&response)) {
  }
  cut.status = stream->Finish();
  cut.after = absl::Now() - quiet_since;
  return cut;
}

TEST(FrontTest, AQuietStreamIsCutAlthoughItPings) {
  const TempDir dir;
  const auto daemon = GmewatchdProcess::Start({"--in_memory"});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  const uint16_t port = FreePort();
  // GMEWATCH_FRONT_QUIET=90s takes the shipped time.
  const char* quiet =
      std::getenv("GMEWATCH_FRONT_QUIET");  // NOLINT(concurrency-mt-unsafe): before any thread
  const auto front = ChildProcess::Start(
      "haproxy", {"-db", "-f",
                  dir.Write("haproxy.cfg", Configuration(port, (*daemon)->ingest_address(),
                                                         quiet == nullptr ? "3s" : quiet))});
  ASSERT_TRUE(front.ok()) << "the Debian package haproxy must be installed";
  const Cut cut = AwaitCut(absl::StrCat("127.0.0.1:", port), absl::Seconds(1));
  EXPECT_TRUE(cut.acknowledged);
  EXPECT_TRUE(cut.status.error_code() == grpc::StatusCode::CANCELLED ||
              cut.status.error_code() == grpc::StatusCode::UNKNOWN)
      << cut.status.error_code() << " " << cut.status.error_message();
  std::cout << "cut after " << cut.after << "\n";
}

TEST(FrontTest, WithoutAFrontPingsThatAreTooFrequentEndTheConnection) {
  const auto daemon = GmewatchdProcess::Start({"--in_memory"});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  // GMEWATCH_PING_INTERVAL=10s and the like measure how long that takes.
  const char* given =
      std::getenv("GMEWATCH_PING_INTERVAL");  // NOLINT(concurrency-mt-unsafe): before any thread
  absl::Duration interval = absl::Seconds(1);
  ASSERT_TRUE(given == nullptr || absl::ParseDuration(given, &interval));
  const Cut cut = AwaitCut((*daemon)->ingest_address(), interval);
  EXPECT_TRUE(cut.acknowledged);
  EXPECT_EQ(cut.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(cut.status.error_message(), "Too many pings");
  std::cout << "cut after " << cut.after << "\n";
}

TEST(FrontTest, ARelayMayHaveAThousandStreamsOnOneConnection) {
  const TempDir dir;
  const auto daemon = GmewatchdProcess::Start({"--in_memory"});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  const uint16_t port = FreePort();
  const auto front = ChildProcess::Start(
      "haproxy",
      {"-db", "-f", dir.Write("haproxy.cfg", Configuration(port, (*daemon)->ingest_address()))});
  ASSERT_TRUE(front.ok()) << "the Debian package haproxy must be installed";
  WireClient relay(absl::StrCat("127.0.0.1:", port));
  // Waits until the front listens.
  const grpc::Status first = relay.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}}));
  ASSERT_TRUE(first.ok()) << first.error_message() << (*front)->error();

  // A stream beyond the limit waits until another ends; the end of the front ends it too.
  absl::Notification done;
  std::thread guard([&] {
    if (!done.WaitForNotificationWithTimeout(absl::Seconds(60))) (*front)->Signal(SIGKILL);
  });
  std::vector<std::unique_ptr<WireStream>> streams;
  size_t acknowledged = 0;
  for (; acknowledged < kStreams; ++acknowledged) {
    streams.push_back(std::make_unique<WireStream>(&relay));
    WireStream& stream = *streams.back();
    if (!stream.Write(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})) ||
        !stream.AwaitAcknowledged(1)) {
      break;
    }
  }
  EXPECT_EQ(acknowledged, kStreams) << (*front)->output() << (*front)->error();
  EXPECT_EQ(ReportWithin(&relay, absl::Seconds(1)).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  streams.front()->Cancel();
  EXPECT_TRUE(ReportWithin(&relay, absl::Seconds(30)).ok());
  done.Notify();
  guard.join();
  for (const auto& stream : streams) stream->Cancel();
}

TEST(FrontTest, ConnectCallsGoToTheirOwnPortOverFewConnections) {
  const TempDir dir;
  const std::string settings =
      "apps: [{name: demo, regions: [eu]}, {name: keyed, regions: [eu], keys: [the-only-key]}]\n"
      "ingest: {fronts: [127.0.0.1]}\nconnect: {cors_origins: ['https://play.example.com']}\n";
  const auto daemon =
      GmewatchdProcess::Start({"--in_memory", "--config=" + dir.Write("settings.yaml", settings),
                               "--connect_address=127.0.0.1:0"});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  const uint16_t port = FreePort();
  const std::string address = absl::StrCat("127.0.0.1:", port);
  const auto front = ChildProcess::Start(
      "haproxy", {"-db", "-f",
                  dir.Write("haproxy.cfg", Configuration(port, (*daemon)->ingest_address(), "90s",
                                                         (*daemon)->connect_address()))});
  ASSERT_TRUE(front.ok()) << "the Debian package haproxy must be installed";
  const v1::Session session = MakeSession("demo", "eu");
  WireClient grpc(address);
  const grpc::Status first = grpc.Report(MakeRequest(session, 1, {{1005, 1}}));
  ASSERT_TRUE(first.ok()) << first.error_message() << (*front)->error();
  // Each keeps its connection to the front.
  const double descriptors = ValueOf((*daemon)->Scrape(), "process_open_fds");
  std::list<ConnectClient> clients;
  for (int i = 0; i < 50; ++i) {
    const auto form = i % 2 == 0 ? ConnectClient::Form::kProto : ConnectClient::Form::kJson;
    const grpc::Status status = clients.emplace_back(address, form)
                                    .Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}}));
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  EXPECT_LT(ValueOf((*daemon)->Scrape(), "process_open_fds") - descriptors, 15);
  ConnectClient& client = clients.front();
  EXPECT_TRUE(client.Report(MakeRequest(session, 1, {{1005, 1}})).ok()) << "a duplicate";
  const Samples samples = (*daemon)->Scrape();
  EXPECT_EQ(ValueOf(samples, "gmewatch_batches_total{result=\"counted\"}"), 51);
  EXPECT_EQ(ValueOf(samples, "gmewatch_batches_total{result=\"duplicate\"}"), 1);
  // Answers pass as they are.
  const grpc::Status invalid = client.Report(MakeRequest(session, 0, {}));
  EXPECT_EQ(invalid.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(BadFieldOf(invalid), "sequence");
  const v1::Session keyed = MakeSession("keyed", "eu");
  EXPECT_EQ(client.Report(MakeRequest(keyed, 1, {})).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(client.Report(MakeRequest(keyed, 1, {}), nullptr, "Bearer the-only-key").ok());
  const auto status_of = [&](const std::string& request) {
    HttpConnection connection(address);
    connection.Send(request);
    const absl::StatusOr<HttpReply> reply = connection.ReadReply(/*without_body=*/true);
    return reply.ok() ? reply->status : 0;
  };
  const std::string path = kConnectReportPath;
  EXPECT_EQ(status_of("OPTIONS " + path +
                      " HTTP/1.1\r\nHost: x\r\nOrigin: https://play.example.com\r\n\r\n"),
            204);
  for (const char* type : {"text/plain", "application/grpc", "application/proto2"}) {
    EXPECT_EQ(status_of("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n" +
                        "Content-Type: " + type + "\r\n\r\n"),
              403)
        << type;
  }
  EXPECT_EQ(status_of("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
                      "Content-Type: application/proto\r\n\r\n"),
            404);
}

TEST(FrontTest, FloodsOfFramesReachNoMemoryBehindIt) {
  const TempDir dir;
  const auto daemon = GmewatchdProcess::Start({"--in_memory"});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  const uint16_t port = FreePort();
  const auto front = ChildProcess::Start(
      "haproxy",
      {"-db", "-f", dir.Write("haproxy.cfg", Configuration(port, (*daemon)->ingest_address()))});
  ASSERT_TRUE(front.ok()) << "the Debian package haproxy must be installed";
  const std::string address = absl::StrCat("127.0.0.1:", port);
  WireClient good(address);
  ASSERT_TRUE(good.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok());
  const double before = ValueOf((*daemon)->Scrape(), "process_resident_memory_bytes");

  // Headers that never end: the front gives up.
  RawHttp2 endless(address);
  const std::string fields(16'000, '\x84');
  endless.Frame(RawHttp2::kHeaders, 0, 1, RawHttp2::CallHeaders(kReportPath));
  for (int i = 0; i < 500 && endless.Flush(); ++i) {
    endless.Frame(RawHttp2::kContinuation, 0, 1, fields);
  }
  EXPECT_TRUE(endless.AwaitClose(absl::Seconds(60)));
  // Calls that are reset at once, fewer than the front rejects for, since all come from one
  // address.
  RawHttp2 resets(address);
  for (uint32_t call = 0; call < 1500; ++call) {
    resets.Call(2 * call + 1, kReportPath);
    resets.Frame(RawHttp2::kReset, 0, 2 * call + 1, absl::string_view("\0\0\0\10", 4));
  }
  resets.Flush();
  EXPECT_TRUE(good.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok());
  const double after = ValueOf((*daemon)->Scrape(), "process_resident_memory_bytes");
  std::cout << "gmewatchd has " << (after - before) / (1 << 20) << " MiB more\n";
  EXPECT_LT(after - before, 50 << 20);
}

}  // namespace
}  // namespace gmewatch
