#include "daemon/base/http_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/support/grafana_stub.h"
#include "tests/support/silent_listener.h"
#include "tests/support/tls_web_server.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

constexpr size_t kResponseBytesMax = 65536;

HttpOptions Options(absl::Duration deadline = absl::Seconds(10)) {
  return {.user_agent = "test", .deadline = deadline, .response_bytes_max = kResponseBytesMax};
}

HttpRequest Get(const std::string& url, const std::string& ca_file = "") {
  HttpRequest request;
  request.url = absl::StrCat(url, "/api/annotations");
  request.token = "t";
  request.ca_file = ca_file;
  return request;
}

TEST(HttpSessionTest, AResponseWithAnyStatusIsNotAnError) {
  GrafanaStub grafana("t");
  HttpSession session(Options());
  const auto good = session.Send(Get(grafana.url()));
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_EQ(good->status, 200);
  EXPECT_EQ(good->body, "[]");
  HttpRequest request = Get(grafana.url());
  request.token = "other";
  const auto bad = session.Send(request);
  ASSERT_TRUE(bad.ok()) << bad.status();
  EXPECT_EQ(bad->status, 401);
  EXPECT_THAT(bad->body, HasSubstr("Invalid API key"));
}

TEST(HttpSessionTest, SendsTheMethodTheBodyAndTheToken) {
  GrafanaStub grafana("t");
  HttpSession session(Options());
  HttpRequest request = Get(grafana.url());
  request.method = "POST";
  request.body = R"({"time":1,"text":"x","tags":[]})";
  ASSERT_TRUE(session.Send(request).ok());
  ASSERT_EQ(grafana.requests().size(), 1U);
  EXPECT_EQ(grafana.requests()[0].method, "POST");
  EXPECT_EQ(grafana.requests()[0].body, request.body);
}

TEST(HttpSessionTest, SaysWhatWentWrong) {
  HttpSession session(Options(absl::Milliseconds(300)));
  const auto code = [&session](const std::string& url) {
    return session.Send(Get(url)).status().code();
  };
  EXPECT_EQ(code("http://127.0.0.1:1"), absl::StatusCode::kUnavailable);
  const SilentListener silent(SilentListener::Kind::kAcceptsAndIsSilent);
  EXPECT_EQ(code("http://" + silent.address()), absl::StatusCode::kDeadlineExceeded);
  const SilentListener far(SilentListener::Kind::kDropsConnects);
  EXPECT_EQ(code("http://" + far.address()), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(code("file:///etc"), absl::StatusCode::kUnavailable);
}

TEST(HttpSessionTest, ALongResponseIsAnError) {
  GrafanaStub grafana("t");
  grafana.Add({0, 1, 1, std::string(kResponseBytesMax, 'x'), {}});
  HttpSession session(Options());
  const absl::Status status = session.Send(Get(grafana.url())).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(std::string(status.message()), HasSubstr("more than 65536 bytes"));
}

TEST(HttpSessionTest, InterruptEndsTheRequestInProgressAndLaterOnes) {
  GrafanaStub grafana("t");
  grafana.Break("GET", GrafanaStub::Fault::kHold);
  HttpSession session(Options(absl::Seconds(60)));
  absl::Status status;
  std::thread sender([&] { status = session.Send(Get(grafana.url())).status(); });
  EXPECT_TRUE(grafana.AwaitRequests(1));
  session.Interrupt();
  sender.join();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(session.Send(Get(grafana.url())).status().code(), absl::StatusCode::kCancelled);
}

TEST(HttpSessionTest, TheCallerMayGiveUp) {
  const SilentListener silent(SilentListener::Kind::kAcceptsAndIsSilent);
  HttpSession session(Options(absl::Seconds(60)));
  int calls = 0;
  const auto gives_up = [&calls] { return ++calls > 1; };
  EXPECT_EQ(session.Send(Get("http://" + silent.address()), gives_up).status().code(),
            absl::StatusCode::kCancelled);
}

// The token is worth protecting: only a server that an authority vouches for gets it.
TEST(HttpSessionTest, TrustsOnlyTheAuthoritiesOfTheFile) {
  const auto server = TlsWebServer::Start();
  ASSERT_TRUE(server.ok()) << server.status();
  HttpSession session(Options());
  const auto trusted = session.Send(Get((*server)->url(), (*server)->authority_file()));
  ASSERT_TRUE(trusted.ok()) << trusted.status();
  const auto stranger = session.Send(Get((*server)->url()));
  EXPECT_EQ(stranger.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(stranger.status().message()), HasSubstr("certificate"));
  const auto other_name =
      session.Send(Get((*server)->url_of_another_name(), (*server)->authority_file()));
  EXPECT_EQ(other_name.status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace gmewatch
