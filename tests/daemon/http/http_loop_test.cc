#include "daemon/http/http_loop.h"

#include <list>
#include <memory>
#include <string>
#include <thread>

#include "daemon/base/clock.h"
#include "tests/daemon/http/http_server_fixture.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

using HttpLoopTest = HttpServerTest;

constexpr char kGet[] = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

// The server has closed or reset it.
bool HasEnded(HttpConnection* connection) {
  const absl::StatusOr<std::string> some = connection->ReadSome(1);
  return some.ok() ? some->empty() : absl::IsDataLoss(some.status());
}

TEST_F(HttpLoopTest, SilentAndSlowClientsKeepNobodyOut) {
  options_.limits.request_timeout = absl::Minutes(10);  // none of them ends by itself
  options_.connections_max = 20;
  StartServer();
  std::list<HttpConnection> slow;
  const char* kinds[] = {"", "POST /a HT", "POST /a HTTP/1.1\r\nContent-Length: 9\r\n\r\nb",
                         "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nb"};
  for (size_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(slow.emplace_back(address_).Send(kinds[i % 4]));
    if (i % 5 != 0) continue;
    HttpConnection good(address_);
    EXPECT_EQ(ReplyTo(&good, kGet), "GET /a ") << i;
  }
  for (size_t i = 0; i < 70; ++i, slow.pop_front()) ASSERT_TRUE(HasEnded(&slow.front())) << i;
}

TEST_F(HttpLoopTest, SaysHowManyConnectionsAreOpen) {
  options_.connections_max = 20;
  StartServer();
  EXPECT_EQ(loop_->connections(), 0U);
  {
    std::list<HttpConnection> used;
    for (size_t i = 1; i <= 3; ++i) {
      EXPECT_EQ(ReplyTo(&used.emplace_back(address_), kGet), "GET /a ");
      EXPECT_EQ(loop_->connections(), i);
    }
    for (int i = 0; i < 100; ++i) used.emplace_back(address_);
    HttpConnection good(address_);
    EXPECT_EQ(ReplyTo(&good, kGet), "GET /a ");
    EXPECT_GE(loop_->connections(), 20U);
    EXPECT_LE(loop_->connections(), 20U + 32U) << "with those that are being ended";
  }
  loop_->Drain(absl::Seconds(20));
  EXPECT_EQ(loop_->connections(), 0U);
}

TEST_F(HttpLoopTest, AConnectionThatIsAnsweredIsNotEndedForANewOne) {
  options_.limits.request_timeout = absl::Minutes(10);
  options_.connections_max = 8;
  StartServer();
  HttpConnection held(address_);
  ASSERT_TRUE(held.Send("GET /held HTTP/1.1\r\n\r\n"));
  is_held_.WaitForNotification();
  std::list<HttpConnection> silent;
  for (int i = 0; i < 30; ++i) silent.emplace_back(address_);
  HttpConnection good(address_);
  EXPECT_EQ(ReplyTo(&good, kGet), "GET /a ");
  Release();
  const absl::StatusOr<HttpReply> reply = held.ReadReply();
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->body, "GET /held ");
}

TEST_F(HttpLoopTest, BodiesOnTheirWayDoNotFillTheMemory) {
  options_.limits.request_timeout = absl::Minutes(10);
  options_.limits.body_bytes_max = 100'000;
  options_.limits.all_bodies_bytes_max = 400'000;
  StartServer();
  std::list<HttpConnection> slow;
  for (int i = 0; i < 12; ++i) {
    // A chunked body may become as long as any.
    const char* length = i % 2 == 0 ? "Content-Length: 100000" : "Transfer-Encoding: chunked";
    HttpConnection& sender = slow.emplace_back(address_);
    ASSERT_TRUE(sender.Send(
        absl::StrCat("POST /a HTTP/1.1\r\nExpect: 100-continue\r\n", length, "\r\n\r\n")));
    const absl::StatusOr<std::string> asked = sender.ReadSome(1000);
    ASSERT_TRUE(asked.ok() && !asked->empty()) << i;
  }
  for (int i = 0; i < 8; ++i, slow.pop_front()) ASSERT_TRUE(HasEnded(&slow.front())) << i;
  // The last one of them, and short ones, get through.
  EXPECT_EQ(ReplyTo(&slow.back(), "1\r\nb\r\n0\r\n\r\n"), "POST /a b");
  for (int i = 0; i < 100; ++i) {
    HttpConnection good(address_);
    EXPECT_EQ(ReplyTo(&good, "POST /a HTTP/1.1\r\nContent-Length: 1\r\n\r\nb"), "POST /a b");
  }
  EXPECT_EQ(ReplyTo(&slow.front(), std::string(100'000, 'b')).size(), 100'008U);
}

TEST_F(HttpLoopTest, ADrainEndsIdleConnectionsAndAnswersTheOthers) {
  options_.limits.request_timeout = absl::Minutes(10);
  StartServer();
  HttpConnection idle(address_);
  ASSERT_EQ(ReplyTo(&idle, kGet), "GET /a ");
  HttpConnection held(address_);
  ASSERT_TRUE(held.Send("GET /held HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n"));
  is_held_.WaitForNotification();
  // Its request ends while the server drains.
  HttpConnection half(address_);
  ASSERT_TRUE(half.Send("POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"));
  ASSERT_TRUE(half.ReadSome(1000).ok());
  absl::Notification drained;
  std::thread drain([&] {
    loop_->Drain(absl::Minutes(5));
    drained.Notify();
  });
  EXPECT_TRUE(HasEnded(&idle));
  EXPECT_FALSE(HttpFetch(address_, "/new").ok());
  EXPECT_FALSE(drained.HasBeenNotified());
  ASSERT_TRUE(half.Send("b"));
  const std::string of_half = ReadAll(&half);
  EXPECT_THAT(of_half, HasSubstr("Connection: close"));
  EXPECT_THAT(of_half, HasSubstr("POST /a b"));
  Release();
  EXPECT_THAT(ReadAll(&held), ::testing::EndsWith("GET /held ")) << "no further request";
  drain.join();
}

TEST_F(HttpLoopTest, ADrainHasADeadline) {
  options_.limits.request_timeout = absl::Minutes(10);
  StartServer();
  std::list<HttpConnection> slow;
  for (const char* kind : {"POST /a HT", "POST /a HTTP/1.1\r\nContent-Length: 9\r\n\r\nb"}) {
    ASSERT_TRUE(slow.emplace_back(address_).Send(kind));
  }
  HttpConnection good(address_);
  ASSERT_EQ(ReplyTo(&good, kGet), "GET /a ");
  RealClock clock;
  const absl::Duration begin = clock.Monotonic();
  loop_->Drain(absl::Milliseconds(300));
  EXPECT_LT(clock.Monotonic() - begin, absl::Seconds(60));
  for (HttpConnection& connection : slow) EXPECT_TRUE(HasEnded(&connection));
}

TEST_F(HttpLoopTest, ALoopThatWasNotStartedEnds) {
  absl::StatusOr<Listener> listener = Listener::Open("127.0.0.1:0");
  ASSERT_TRUE(listener.ok());
  const std::string address = listener->address();
  { HttpLoop never(HttpLoop::Options(), *std::move(listener)); }
  EXPECT_FALSE(HttpFetch(address, "/").ok());
}

}  // namespace
}  // namespace gmewatch
