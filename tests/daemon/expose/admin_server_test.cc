#include "daemon/expose/admin_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "tests/support/http_client.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

class AdminServerTest : public testing::Test {
 protected:
  AdminServerTest() {
    options_.address = "127.0.0.1:0";
    options_.request_timeout = absl::Seconds(1);
  }

  void StartServer() {
    server_ = std::make_unique<AdminServer>(
        options_, clock_, [this](ChunkSink sink) { return scrape_(sink); },
        [this] { return ready_ ? absl::OkStatus() : absl::UnavailableError("recovering"); });
    server_->AddHandler("/echo", [](const AdminRequest& request) {
      AdminResponse response;
      response.content_type = "text/html; charset=utf-8";
      response.body = absl::StrCat("exact ", request.path, " ", request.query);
      return response;
    });
    server_->AddHandler("/codes/", [](const AdminRequest& request) {
      AdminResponse response;
      response.status = 404;
      response.body = absl::StrCat("prefix ", request.path);
      return response;
    });
    server_->AddHandler("/codes/deep/", [](const AdminRequest& request) {
      AdminResponse response;
      response.body = absl::StrCat("deep ", request.path);
      return response;
    });
    ASSERT_TRUE(server_->Start().ok());
  }

  HttpReply Fetch(absl::string_view path, absl::string_view method = "GET") {
    absl::StatusOr<HttpReply> reply = HttpFetch(server_->address(), path, method);
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.ok() ? *std::move(reply) : HttpReply();
  }

  // Sends the metrics as a stream that never ends, until the reader hangs up.
  void ScrapeForever() {
    scrape_ = [this](ChunkSink sink) {
      const std::string chunk(ChunkWriter::kChunkBytes, 'x');
      while (sink(chunk)) {
      }
      broke_off_.Notify();
      return absl::CancelledError("hung up");
    };
  }

  ManualClock clock_{absl::FromUnixSeconds(784111777)};
  AdminServerOptions options_;
  std::atomic<bool> ready_{true};
  absl::Notification broke_off_;
  std::function<absl::Status(ChunkSink)> scrape_ = [](ChunkSink sink) {
    return sink("first ") && sink("second") && sink("") ? absl::OkStatus()
                                                        : absl::CancelledError("");
  };
  std::unique_ptr<AdminServer> server_;
};

TEST_F(AdminServerTest, StreamsTheMetricsInChunks) {
  StartServer();
  const HttpReply reply = Fetch("/metrics");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "first second");
  EXPECT_EQ(reply.Header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(reply.Header("transfer-encoding"), "chunked");
  EXPECT_EQ(reply.Header("x-content-type-options"), "nosniff");
  EXPECT_EQ(reply.Header("cache-control"), "no-store");
  EXPECT_EQ(reply.Header("date"), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_F(AdminServerTest, SendsHttp10WithoutChunks) {
  StartServer();
  HttpConnection connection(server_->address());
  ASSERT_TRUE(connection.Send("GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  const absl::StatusOr<HttpReply> reply = connection.ReadReply();
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->body, "first second");
  EXPECT_EQ(reply->Header("transfer-encoding"), "");
  EXPECT_EQ(reply->Header("connection"), "close");
}

TEST_F(AdminServerTest, KeepsAConnectionForTheNextRequest) {
  StartServer();
  HttpConnection connection(server_->address());
  for (const char* path : {"/metrics", "/healthz", "/nothing", "/metrics", "/"}) {
    ASSERT_TRUE(connection.Send(absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: x\r\n\r\n")));
    const absl::StatusOr<HttpReply> reply = connection.ReadReply();
    ASSERT_TRUE(reply.ok()) << path << " " << reply.status();
    EXPECT_EQ(reply->status, absl::string_view(path) == "/nothing" ? 404 : 200);
  }
}

TEST_F(AdminServerTest, SaysWhetherItLivesAndIsReady) {
  StartServer();
  EXPECT_EQ(Fetch("/healthz").status, 200);
  EXPECT_EQ(Fetch("/readyz").status, 200);
  EXPECT_EQ(Fetch("/readyz").body, "ready\n");
  ready_ = false;
  EXPECT_EQ(Fetch("/readyz").status, 503);
  EXPECT_EQ(Fetch("/readyz").body, "not ready: recovering\n");
  EXPECT_EQ(Fetch("/healthz").status, 200);
}

TEST_F(AdminServerTest, RoutesToTheLongestMatch) {
  StartServer();
  EXPECT_EQ(Fetch("/echo?a=%41&b").body, "exact /echo a=%41&b");
  EXPECT_EQ(Fetch("/echo").Header("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(Fetch("/echo/more").status, 404);
  EXPECT_EQ(Fetch("/codes/1005").body, "prefix /codes/1005");
  EXPECT_EQ(Fetch("/codes/1005").status, 404);
  EXPECT_EQ(Fetch("/codes/%31").body, "prefix /codes/1");
  EXPECT_EQ(Fetch("/codes/deep/1").body, "deep /codes/deep/1");
  EXPECT_EQ(Fetch("/codes/").body, "prefix /codes/");
  EXPECT_THAT(Fetch("/codes").body, HasSubstr("nothing at this address"));
}

TEST_F(AdminServerTest, ListsItsAddresses) {
  StartServer();
  const HttpReply reply = Fetch("/");
  EXPECT_EQ(reply.status, 200);
  for (const char* path : {"/metrics", "/healthz", "/readyz", "/echo", "/codes/"}) {
    EXPECT_THAT(reply.body, HasSubstr(absl::StrCat("\n", path, "\n")));
  }
}

TEST_F(AdminServerTest, ServesNothingElse) {
  StartServer();
  for (const char* path :
       {"/x", "/metrics/", "/metricsx", "/../etc/passwd", "/..%2f..%2fetc/passwd", "/etc/passwd",
        "/proc/self/environ", "/.htpasswd", "/index.html", "/%00", "//", "/?", "/./"}) {
    const HttpReply reply = Fetch(path);
    const bool root = absl::StartsWith(reply.body, "gmewatchd ");
    EXPECT_EQ(reply.status, root ? 200 : 404) << path;
    EXPECT_FALSE(absl::StrContains(reply.body, "root:")) << path;
  }
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "PATCH"}) {
    for (const char* path : {"/metrics", "/x"}) {
      const HttpReply reply = Fetch(path, method);
      EXPECT_EQ(reply.status, 405) << method;
      EXPECT_EQ(reply.Header("allow"), "GET, HEAD");
      EXPECT_EQ(reply.body, "only GET and HEAD are served here\n");
    }
  }
}

TEST_F(AdminServerTest, AnswersHeadWithoutABody) {
  std::atomic<int> scrapes{0};
  scrape_ = [&scrapes](ChunkSink) {
    ++scrapes;
    return absl::OkStatus();
  };
  StartServer();
  HttpConnection connection(server_->address());
  for (const char* path : {"/metrics", "/healthz", "/nothing", "/metrics"}) {
    ASSERT_TRUE(connection.Send(absl::StrCat("HEAD ", path, " HTTP/1.1\r\nHost: x\r\n\r\n")));
    const absl::StatusOr<HttpReply> reply = connection.ReadReply(/*without_body=*/true);
    // A body would stand where the next status line is looked for.
    ASSERT_TRUE(reply.ok()) << path << " " << reply.status();
    EXPECT_EQ(reply->status, absl::string_view(path) == "/nothing" ? 404 : 200);
  }
  EXPECT_EQ(scrapes, 0);
}

TEST_F(AdminServerTest, RefusesTooLongAddresses) {
  StartServer();
  EXPECT_EQ(Fetch(absl::StrCat("/", std::string(1023, 'a'))).status, 404);
  EXPECT_EQ(Fetch(absl::StrCat("/", std::string(1024, 'a'))).status, 414);
  EXPECT_EQ(Fetch(absl::StrCat("/echo?", std::string(2048, 'a'))).status, 200);
  EXPECT_EQ(Fetch(absl::StrCat("/echo?", std::string(2049, 'a'))).status, 414);
  EXPECT_GE(Fetch(absl::StrCat("/", std::string(16500, 'a'))).status, 400);
  EXPECT_EQ(Fetch("/healthz").status, 200);
}

TEST_F(AdminServerTest, DropsAConnectionWhoseBodyItDoesNotRead) {
  StartServer();
  HttpConnection connection(server_->address());
  ASSERT_TRUE(connection.Send(
      "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nGET /"));
  const absl::StatusOr<HttpReply> reply = connection.ReadReply();
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->status, 405);
  EXPECT_EQ(reply->Header("connection"), "close");
  const absl::StatusOr<std::string> end = connection.ReadSome(1);
  EXPECT_TRUE(!end.ok() ? absl::IsDataLoss(end.status()) : end->empty());
}

TEST_F(AdminServerTest, AnswersNonsenseWith400) {
  StartServer();
  for (const char* text : {"nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET\r\n\r\n"}) {
    HttpConnection connection(server_->address());
    ASSERT_TRUE(connection.Send(text));
    const absl::StatusOr<HttpReply> reply = connection.ReadReply();
    ASSERT_TRUE(reply.ok()) << text << reply.status();
    EXPECT_GE(reply->status, 400) << text;
  }
  EXPECT_EQ(Fetch("/healthz").status, 200);
}

TEST_F(AdminServerTest, AnswersTooManyScrapesWith503) {
  scrape_ = [](ChunkSink) { return absl::ResourceExhaustedError("too many"); };
  StartServer();
  const HttpReply reply = Fetch("/metrics");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "too many\n");
  EXPECT_EQ(reply.Header("retry-after"), "1");
}

TEST_F(AdminServerTest, CutsOffAScrapeThatFailsMidway) {
  scrape_ = [](ChunkSink sink) {
    sink("first");
    return absl::DeadlineExceededError("too slow");
  };
  StartServer();
  HttpConnection connection(server_->address());
  ASSERT_TRUE(connection.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_EQ(connection.ReadReply().status().code(), absl::StatusCode::kDataLoss)
      << "a text that was cut off passed for whole";
}

TEST_F(AdminServerTest, StopsRenderingForAReaderThatHungUp) {
  ScrapeForever();
  StartServer();
  HttpConnection connection(server_->address());
  ASSERT_TRUE(connection.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(connection.ReadSome(100000).ok());
  connection.Reset();
  EXPECT_TRUE(broke_off_.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_EQ(Fetch("/healthz").status, 200);
}

TEST_F(AdminServerTest, GivesUpOnAReaderThatReadsNothing) {
  ScrapeForever();
  StartServer();
  HttpConnection connection(server_->address(), /*receive_buffer_bytes=*/4096);
  ASSERT_TRUE(connection.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
  // Meanwhile others are served.
  EXPECT_EQ(Fetch("/healthz").status, 200);
  EXPECT_TRUE(broke_off_.WaitForNotificationWithTimeout(absl::Seconds(10)));
}

TEST_F(AdminServerTest, SendsAllToASlowReader) {
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

TEST_F(AdminServerTest, StopsWithOpenConnections) {
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

TEST_F(AdminServerTest, StartsOnceAndAgainAfterAStop) {
  StartServer();
  const std::string first = server_->address();
  EXPECT_TRUE(server_->Start().ok());
  EXPECT_EQ(server_->address(), first);
  server_->Stop();
  EXPECT_FALSE(HttpFetch(first, "/healthz").ok());
  ASSERT_TRUE(server_->Start().ok());
  EXPECT_EQ(Fetch("/healthz").status, 200);
}

TEST_F(AdminServerTest, NamesTheAddressItCannotListenOn) {
  StartServer();
  options_.address = server_->address();
  const auto nothing = [](ChunkSink) { return absl::OkStatus(); };
  AdminServer second(options_, clock_, nothing, [] { return absl::OkStatus(); });
  const absl::Status status = second.Start();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr(server_->address()));
  EXPECT_THAT(std::string(status.message()), HasSubstr("in use"));
  second.Stop();
  EXPECT_EQ(Fetch("/healthz").status, 200);
}

TEST_F(AdminServerTest, RefusesAnAddressThatIsNone) {
  options_.address = "[::1]:0";
  AdminServer server(options_, clock_, scrape_, [] { return absl::OkStatus(); });
  EXPECT_EQ(server.Start().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(AdminServerTest, ServesSeveralAtOnce) {
  StartServer();
  std::vector<std::thread> clients;
  std::atomic<int> good{0};
  for (int i = 0; i < 6; ++i) {
    clients.emplace_back([this, &good] {
      for (int n = 0; n < 20; ++n) {
        const absl::StatusOr<HttpReply> reply = HttpFetch(server_->address(), "/metrics");
        good += reply.ok() && reply->body == "first second" ? 1 : 0;
      }
    });
  }
  for (std::thread& client : clients) {
    client.join();
  }
  EXPECT_EQ(good, 120);
}

}  // namespace
}  // namespace gmewatch
