#include "daemon/http/served_connection.h"

#include <string>

#include "daemon/base/clock.h"
#include "daemon/base/timed_wait.h"
#include "tests/daemon/http/http_server_fixture.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using ServedConnectionTest = HttpServerTest;

constexpr char kPost[] = "POST /a HTTP/1.1\r\nHost: x\r\n";
constexpr char kNext[] = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(ServedConnectionTest, AnswersManyRequestsInTheirOrderOnOneConnection) {
  StartServer();
  HttpConnection connection(address_);
  EXPECT_EQ(ReplyTo(&connection, "GET /one HTTP/1.1\r\nHost: x\r\n\r\n"), "GET /one ");
  EXPECT_EQ(ReplyTo(&connection, absl::StrCat(kPost, "Content-Length: 3\r\n\r\ntwo")),
            "POST /a two");
  // All at once, before the first answer.
  ASSERT_TRUE(connection.Send(absl::StrCat(
      kPost, "Content-Length: 5\r\n\r\nthree", kPost,
      "Transfer-Encoding: chunked\r\n\r\n2\r\nfo\r\n2;x=y\r\nur\r\n0\r\nTrailer: z\r\n\r\n", kPost,
      "Content-Length: 0\r\n\r\n", kNext)));
  for (const char* body : {"POST /a three", "POST /a four", "POST /a ", "GET /next "}) {
    const absl::StatusOr<HttpReply> reply = connection.ReadReply();
    ASSERT_TRUE(reply.ok()) << body << reply.status();
    EXPECT_EQ(reply->body, body);
  }
}

TEST_F(ServedConnectionTest, EndsAfterAnAnswerIfTheClientAsksForItOrSpeaksHttp10) {
  StartServer();
  EXPECT_THAT(Exchange(absl::StrCat("GET / HTTP/1.1\r\nConnection: x, close\r\n\r\n", kNext)),
              Not(HasSubstr("/next")));
  EXPECT_THAT(Exchange(absl::StrCat("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", kNext)),
              Not(HasSubstr("/next")));
}

// A proxy may take another part of these bytes for the next request than this server does.
TEST_F(ServedConnectionTest, ARequestThatHidesAnotherOneIsRejectedAndEndsTheConnection) {
  StartServer();
  for (const char* hidden :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "Content-Length: 5\r\nContent-Length: 0\r\n\r\n",
        "Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
        "Content-Length: 0, 0\r\n\r\n",
        "Content-Length: +0\r\n\r\n",
        "Content-Length: -1\r\n\r\n",
        "Content-Length: 0x0\r\n\r\n",
        "Content-Length: 0 0\r\n\r\n",
        "Content-Length: 99999999999999999999999\r\n\r\n",
        "Content-Length : 0\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n",
        "Transfer-Encoding: identity\r\n\r\n",
        "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nx\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n",
        "X: a\nContent-Length: 0\r\n\r\n"}) {
    const std::string all = Exchange(absl::StrCat(kPost, hidden, kNext));
    EXPECT_THAT(all, StartsWith("HTTP/1.1 400 Bad Request\r\n")) << hidden;
    EXPECT_THAT(all, HasSubstr("Connection: close\r\n")) << hidden;
    EXPECT_THAT(all, Not(HasSubstr("/next"))) << hidden;
    EXPECT_THAT(all, Not(HasSubstr("STILL OPEN"))) << hidden;
  }
}

TEST_F(ServedConnectionTest, AHeadHasALimit) {
  StartServer();
  const std::string line = absl::StrCat("X: ", std::string(1000, 'x'), "\r\n");
  std::string head = kPost;
  while (head.size() + line.size() < ServedConnection::kHeadBytesMax) head += line;
  EXPECT_THAT(Exchange(absl::StrCat(head, "Connection: close\r\n\r\n")), HasSubstr("POST /a "));
  for (int i = 0; i < 10; ++i) head += line;
  EXPECT_THAT(Exchange(head), StartsWith("HTTP/1.1 431 "));
  // The extension of a chunk is no body and has no end either.
  const std::string extension(100'000, 'x');
  EXPECT_THAT(Exchange(absl::StrCat(kPost, "Transfer-Encoding: chunked\r\n\r\n2;", extension)),
              StartsWith("HTTP/1.1 4"));
}

TEST_F(ServedConnectionTest, ABodyThatIsTooLongIsNotReadAndEndsTheConnection) {
  StartServer();
  const std::string body(1000, 'b');
  EXPECT_THAT(
      Exchange(absl::StrCat(kPost, "Connection: close\r\nContent-Length: 1000\r\n\r\n", body)),
      HasSubstr(body));
  for (const std::string& sent :
       {absl::StrCat("Content-Length: 1001\r\n\r\n", body, "c"),
        std::string("Content-Length: 18446744073709551615\r\n\r\n"),
        absl::StrCat("Transfer-Encoding: chunked\r\n\r\n3e8\r\n", body, "\r\n1\r\nc\r\n0\r\n\r\n"),
        std::string("Transfer-Encoding: chunked\r\n\r\nffffffff\r\n")}) {
    const std::string all = Exchange(absl::StrCat(kPost, sent, kNext));
    EXPECT_THAT(all, HasSubstr("TOO LONG")) << sent;
    EXPECT_THAT(all, HasSubstr("Connection: close")) << sent;
    EXPECT_THAT(all, Not(HasSubstr("/next"))) << sent;
  }
}

TEST_F(ServedConnectionTest, AsksForABodyThatTheClientHoldsBack) {
  StartServer();
  HttpConnection connection(address_);
  ASSERT_TRUE(
      connection.Send(absl::StrCat(kPost, "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n")));
  const absl::StatusOr<std::string> asked = connection.ReadSome(1000);
  ASSERT_TRUE(asked.ok());
  EXPECT_EQ(*asked, "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(ReplyTo(&connection, "b"), "POST /a b");
}

TEST_F(ServedConnectionTest, ABodyThatTricklesInHasOneLimitOfTime) {
  options_.limits.request_timeout = absl::Milliseconds(500);
  StartServer();
  for (const char* begin : {"Content-Length: 1000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"}) {
    HttpConnection connection(address_);
    ASSERT_TRUE(connection.Send(absl::StrCat(kPost, begin)));
    RealClock clock;
    const absl::Duration start = clock.Monotonic();
    TimedWait pause;
    const bool chunked = absl::string_view(begin)[0] == 'T';
    // Each byte alone comes in time.
    while (connection.Send(chunked ? "1\r\nb\r\n" : "b") &&
           clock.Monotonic() - start < absl::Seconds(60)) {
      pause.For(absl::Milliseconds(50));
    }
    EXPECT_LT(clock.Monotonic() - start, absl::Seconds(60)) << begin;
  }
}

}  // namespace
}  // namespace gmewatch
