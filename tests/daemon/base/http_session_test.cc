#include "daemon/annotate/http_session.h"

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

const HttpRequest kGet = {"GET", "/api/annotations", ""};

TEST(HttpSessionTest, AnAnswerOfAnyStatusIsAnAnswer) {
  GrafanaStub grafana("t");
  HttpSession session;
  const auto good = session.Send({grafana.url(), "t", ""}, kGet);
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_EQ(good->status, 200);
  EXPECT_EQ(good->body, "[]");
  const auto bad = session.Send({grafana.url(), "other", ""}, kGet);
  ASSERT_TRUE(bad.ok()) << bad.status();
  EXPECT_EQ(bad->status, 401);
  EXPECT_THAT(bad->body, HasSubstr("Invalid API key"));
}

TEST(HttpSessionTest, TellsWhatWentWrong) {
  HttpSession session(absl::Milliseconds(300));
  EXPECT_EQ(session.Send({"http://127.0.0.1:1", "t", ""}, kGet).status().code(),
            absl::StatusCode::kUnavailable);
  const SilentListener silent(SilentListener::Kind::kAcceptsAndIsSilent);
  EXPECT_EQ(session.Send({"http://" + silent.address(), "t", ""}, kGet).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  const SilentListener far(SilentListener::Kind::kDropsConnects);
  EXPECT_EQ(session.Send({"http://" + far.address(), "t", ""}, kGet).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(session.Send({"file:///etc", "t", ""}, kGet).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(HttpSessionTest, AnAnswerThatIsTooLongIsNotTaken) {
  GrafanaStub grafana("t");
  grafana.Add({0, 1, 1, std::string(HttpSession::kAnswerBytesMax, 'x'), {}});
  HttpSession session;
  EXPECT_EQ(session.Send({grafana.url(), "t", ""}, kGet).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST(HttpSessionTest, AnInterruptEndsWhatIsUnderWayAndWhatComesLater) {
  GrafanaStub grafana("t");
  grafana.Break("GET", GrafanaStub::Fault::kHold);
  HttpSession session(absl::Seconds(60));
  absl::Status status;
  std::thread sender([&] { status = session.Send({grafana.url(), "t", ""}, kGet).status(); });
  EXPECT_TRUE(grafana.AwaitRequests(1));
  session.Interrupt();
  sender.join();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(session.Send({grafana.url(), "t", ""}, kGet).status().code(),
            absl::StatusCode::kCancelled);
}

// The token is worth protecting: it goes to nobody whom the authorities do not vouch for.
TEST(HttpSessionTest, SpeaksTlsWithWhomTheAuthorityOfTheFileVouchesFor) {
  const auto server = TlsWebServer::Start();
  ASSERT_TRUE(server.ok()) << server.status();
  HttpSession session;
  const auto trusted = session.Send({(*server)->url(), "t", (*server)->authority_file()}, kGet);
  ASSERT_TRUE(trusted.ok()) << trusted.status();
  const auto stranger = session.Send({(*server)->url(), "t", ""}, kGet);
  EXPECT_EQ(stranger.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(stranger.status().message()), HasSubstr("certificate"));
  const auto other_name =
      session.Send({(*server)->url_of_another_name(), "t", (*server)->authority_file()}, kGet);
  EXPECT_EQ(other_name.status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace gmewatch
