// The admin server with readers that are slow, stuck or gone, or that are connected when it stops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "daemon/base/clock.h"
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
