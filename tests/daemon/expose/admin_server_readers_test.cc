// The admin server with readers that are slow, stuck or gone, or that are connected when it stops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/timed_wait.h"
#include "daemon/expose/admin_loop.h"
#include "daemon/expose/chunk_writer.h"
#include "tests/daemon/expose/admin_server_fixture.h"
#include "tests/support/http_client.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using AdminServerReadersTest = AdminServerTest;

TEST_F(AdminServerReadersTest, CutsOffAScrapeThatFailsMidway) {
  scrape_ = [](ChunkSink sink) {
    sink("first");
    return absl::DeadlineExceededError("too slow");
  };
  StartServer();
  HttpConnection connection(server_->address());
  // The second response would be taken for the rest of the first.
  ASSERT_TRUE(connection.Send(
      "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"));
  std::string all;
  absl::StatusOr<std::string> some = connection.ReadSome(65536);
  while (some.ok() && !some->empty()) {
    all += *some;
    some = connection.ReadSome(65536);
  }
  EXPECT_THAT(all, HasSubstr("first"));
  EXPECT_THAT(all, Not(HasSubstr("alive")));
  EXPECT_THAT(all, Not(HasSubstr("\r\n0\r\n"))) << "a response that was cut off looks complete";
}

TEST_F(AdminServerReadersTest, StopsRenderingForAReaderThatClosedTheConnection) {
  ScrapeForever();
  StartServer();
  HttpConnection connection(server_->address());
  ASSERT_TRUE(connection.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(connection.ReadSome(100000).ok());
  connection.Reset();
  EXPECT_TRUE(broke_off_.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_EQ(Fetch("/healthz").status, 200);
}

TEST_F(AdminServerReadersTest, GivesUpOnAReaderThatReadsNothing) {
  ScrapeForever();
  StartServer();
  HttpConnection connection(server_->address(), /*receive_buffer_bytes=*/4096);
  ASSERT_TRUE(connection.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
  // Others are served meanwhile.
  EXPECT_EQ(Fetch("/healthz").status, 200);
  EXPECT_TRUE(broke_off_.WaitForNotificationWithTimeout(absl::Seconds(10)));
}

TEST_F(AdminServerReadersTest, SendsEverythingToASlowReader) {
  const std::string chunk(ChunkWriter::kChunkBytes, 'x');
  scrape_ = [&chunk](ChunkSink sink) {
    for (int i = 0; i < 20; ++i) {
      if (!sink(chunk)) {
        return absl::CancelledError("");
      }
    }
    return sink("") ? absl::OkStatus() : absl::CancelledError("");
  };
  StartServer();
  HttpConnection connection(server_->address(), /*receive_buffer_bytes=*/2048);
  ASSERT_TRUE(connection.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
  const absl::StatusOr<HttpReply> reply = connection.ReadReply();
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->body.size(), 20 * chunk.size());
}

TEST_F(AdminServerReadersTest, SilentConnectionsKeepNobodyOut) {
  options_.request_timeout = absl::Minutes(2);  // none of them ends by itself
  StartServer();
  std::vector<std::unique_ptr<HttpConnection>> silent;
  for (size_t i = 0; i < AdminLoop::kConnectionsMax + 50; ++i) {
    silent.push_back(std::make_unique<HttpConnection>(server_->address()));
    ASSERT_TRUE(silent.back()->Send(i % 2 == 0 ? "" : "GET /metr"));
    if (i % 25 != 0) continue;
    EXPECT_EQ(Fetch("/healthz").status, 200);
    EXPECT_EQ(Fetch("/metrics").status, 200);
  }
  // The one that had waited longest made room.
  const absl::StatusOr<std::string> end = silent.front()->ReadSome(1);
  EXPECT_TRUE(!end.ok() ? absl::IsDataLoss(end.status()) : end->empty());
}

TEST_F(AdminServerReadersTest, ARequestThatTricklesInHasOneLimitForAllOfIt) {
  options_.request_timeout = absl::Milliseconds(500);
  StartServer();
  HttpConnection connection(server_->address());
  RealClock clock;
  const absl::Duration begin = clock.Monotonic();
  TimedWait pause;
  // Each byte alone comes in time.
  while (connection.Send("G") && clock.Monotonic() - begin < absl::Seconds(60)) {
    pause.For(absl::Milliseconds(50));
  }
  EXPECT_LT(clock.Monotonic() - begin, absl::Seconds(60));
}

TEST_F(AdminServerReadersTest, SlowReadersKeepNoScrapeOut) {
  options_.request_timeout = absl::Minutes(2);
  const std::string chunk(ChunkWriter::kChunkBytes, 'x');
  scrape_ = [&chunk](ChunkSink sink) {
    for (int i = 0; i < 200; ++i) {
      if (!sink(chunk)) return absl::CancelledError("");
    }
    return sink("") ? absl::OkStatus() : absl::CancelledError("");
  };
  StartServer();
  std::vector<std::unique_ptr<HttpConnection>> slow;
  for (int i = 0; i < 3 * AdminLoop::kStreamThreads; ++i) {
    slow.push_back(std::make_unique<HttpConnection>(server_->address(), 4096));
    ASSERT_TRUE(slow.back()->Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
  }
  EXPECT_EQ(Fetch("/healthz").status, 200) << "a probe waits for no handler";
  EXPECT_EQ(Fetch("/metrics").status, 200) << "within the time that the client waits";
  EXPECT_EQ(Fetch("/echo").status, 200);
}

TEST_F(AdminServerReadersTest, StopsWithOpenConnections) {
  ScrapeForever();
  StartServer();
  HttpConnection idle(server_->address());
  HttpConnection half(server_->address());
  ASSERT_TRUE(half.Send("GET /metr"));
  HttpConnection stuck(server_->address(), /*receive_buffer_bytes=*/4096);
  ASSERT_TRUE(stuck.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(stuck.ReadSome(1).ok());
  RealClock clock;
  const absl::Duration before = clock.Monotonic();
  server_->Stop();
  server_->Stop();
  EXPECT_LT(clock.Monotonic() - before, absl::Seconds(8));
  EXPECT_TRUE(broke_off_.HasBeenNotified());
}

TEST_F(AdminServerReadersTest, StartsOnceAndAgainAfterAStop) {
  StartServer();
  const std::string first = server_->address();
  EXPECT_TRUE(server_->Start().ok());
  EXPECT_EQ(server_->address(), first);
  server_->Stop();
  EXPECT_FALSE(HttpFetch(first, "/healthz").ok());
  ASSERT_TRUE(server_->Start().ok());
  EXPECT_EQ(Fetch("/healthz").status, 200);
}

}  // namespace
}  // namespace gmewatch
