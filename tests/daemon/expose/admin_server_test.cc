#include "daemon/expose/admin_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/daemon/expose/admin_server_fixture.h"
#include "tests/daemon/expose/inflate.h"
#include "tests/support/http_client.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

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

TEST_F(AdminServerTest, CompressesTheMetricsForWhoAsksForIt) {
  StartServer();
  HttpConnection connection(server_->address());
  ASSERT_TRUE(connection.Send(
      "GET /metrics HTTP/1.1\r\nHost: gmewatch:9747\r\nUser-Agent: Prometheus/2.42.0\r\n"
      "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n"
      "Accept-Encoding: gzip\r\nX-Prometheus-Scrape-Timeout-Seconds: 5\r\n\r\n"));
  const absl::StatusOr<HttpReply> reply = connection.ReadReply();
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->Header("content-encoding"), "gzip");
  EXPECT_EQ(reply->Header("vary"), "Accept, Accept-Encoding");
  EXPECT_EQ(reply->Header("content-type"),
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_EQ(Inflate(reply->body), "first second");
  const ScrapeRequest request = last_request();
  EXPECT_EQ(request.address, "127.0.0.1");
  EXPECT_EQ(request.host, "gmewatch:9747");
  EXPECT_EQ(request.user_agent, "Prometheus/2.42.0");
  EXPECT_EQ(request.scrape_timeout, "5");
  // The next request on the connection is plain again.
  ASSERT_TRUE(connection.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_EQ(connection.ReadReply()->body, "first second");
}

TEST_F(AdminServerTest, StreamsWhatAHandlerWritesInPieces) {
  StartServer();
  const std::string body(3 * ChunkWriter::kChunkBytes + 5, 'x');
  EXPECT_EQ(Fetch("/long").body, body);
  EXPECT_EQ(Fetch("/long").Header("content-type"), "application/octet-stream");
  EXPECT_EQ(Fetch("/long", "HEAD").body, "");
  const HttpReply forbidden = Fetch("/forbidden");
  EXPECT_EQ(forbidden.status, 403);
  EXPECT_EQ(forbidden.body, "not you\n");
  // Not in the list of paths.
  EXPECT_EQ(Fetch("/").body.find("/long"), std::string::npos);
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

TEST_F(AdminServerTest, SendsTheHeadersThatAResponseAdds) {
  StartServer();
  for (const char* method : {"GET", "HEAD"}) {
    const HttpReply reply = Fetch("/moved", method);
    EXPECT_EQ(reply.status, 308) << method;
    EXPECT_EQ(reply.Header("location"), "echo") << method;
    EXPECT_EQ(reply.Header("x-more"), "yes") << method;
    EXPECT_EQ(reply.Header("content-length"), "0") << method;
    EXPECT_EQ(reply.Header("x-content-type-options"), "nosniff") << method;
  }
  EXPECT_EQ(Fetch("/echo").Header("x-more"), "") << "other responses do not have them";
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
  EXPECT_THAT(Fetch("/codes").body, HasSubstr("not found"));
}

TEST_F(AdminServerTest, ListsItsPaths) {
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
      EXPECT_EQ(reply.body, "only GET and HEAD are allowed\n");
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
    // A body would be taken for the next status line.
    ASSERT_TRUE(reply.ok()) << path << " " << reply.status();
    EXPECT_EQ(reply->status, absl::string_view(path) == "/nothing" ? 404 : 200);
  }
  EXPECT_EQ(scrapes, 0);
}

TEST_F(AdminServerTest, RejectsPathsAndQueriesThatAreTooLong) {
  StartServer();
  EXPECT_EQ(Fetch(absl::StrCat("/", std::string(1023, 'a'))).status, 404);
  EXPECT_EQ(Fetch(absl::StrCat("/", std::string(1024, 'a'))).status, 414);
  EXPECT_EQ(Fetch(absl::StrCat("/echo?", std::string(2048, 'a'))).status, 200);
  EXPECT_EQ(Fetch(absl::StrCat("/echo?", std::string(2049, 'a'))).status, 414);
  EXPECT_GE(Fetch(absl::StrCat("/", std::string(16500, 'a'))).status, 400);
  EXPECT_EQ(Fetch("/healthz").status, 200);
}

TEST_F(AdminServerTest, DropsAConnectionWhoseBodyItDoesNotRead) {
  options_.request_timeout = absl::Minutes(2);  // longer than the client waits
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

TEST_F(AdminServerTest, AnswersMalformedRequestsWith400) {
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

TEST_F(AdminServerTest, NamesTheAddressItCannotListenOn) {
  StartServer();
  options_.address = server_->address();
  const auto nothing = [](const ScrapeRequest&, ChunkSink) { return absl::OkStatus(); };
  AdminServer second(options_, clock_, nothing, [] { return absl::OkStatus(); });
  const absl::Status status = second.Start();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr(server_->address()));
  EXPECT_THAT(std::string(status.message()), HasSubstr("in use"));
  second.Stop();
  EXPECT_EQ(Fetch("/healthz").status, 200);
}

TEST_F(AdminServerTest, RejectsAnAddressThatIsNone) {
  options_.address = "nowhere";
  AdminServer server(
      options_, clock_, [](const ScrapeRequest&, ChunkSink) { return absl::OkStatus(); },
      [] { return absl::OkStatus(); });
  EXPECT_EQ(server.Start().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(AdminServerTest, ListensAtIpv6) {
  options_.address = "[::1]:0";
  StartServer();
  EXPECT_THAT(server_->address(), StartsWith("[::1]:"));
  EXPECT_EQ(Fetch("/healthz").status, 200);
}

TEST_F(AdminServerTest, ServesSeveralAtOnce) {
  StartServer();
  std::vector<std::thread> clients;
  std::atomic<int> good{0};
  clients.reserve(6);
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
