#include "client/src/sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/scripted_server.h"
#include "tests/support/silent_listener.h"

namespace gmewatch::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

OutgoingBatch MakeBatch(uint64_t sequence) {
  Session session;
  session.id = "0123456789abcdef";
  Batch batch;
  batch.sequence = sequence;
  batch.counts = {{1, 1}};
  return {sequence, Encode(session, batch)};
}

TEST(SenderTest, KeepsItsConnectionAfterAnAnswerAndClosesItWithoutOne) {
  ScriptedServer server;
  Sender sender(server.address(), "", TlsOptions());
  EXPECT_FALSE(sender.connected());
  EXPECT_TRUE(sender.Send(MakeBatch(1), absl::Seconds(20)).status.ok());
  EXPECT_TRUE(sender.Send(MakeBatch(2), absl::Seconds(20)).status.ok());
  server.Next(Failure(absl::UnavailableError("busy"), absl::Seconds(1)));
  const Outcome busy = sender.Send(MakeBatch(3), absl::Seconds(20));
  EXPECT_EQ(busy.retry_delay, absl::Seconds(1));
  EXPECT_TRUE(sender.connected());
  EXPECT_EQ(sender.connects(), 1U);
  server.Shutdown();
  EXPECT_TRUE(absl::IsUnavailable(sender.Send(MakeBatch(3), absl::Seconds(20)).status));
  EXPECT_FALSE(sender.connected());
  server.Start();
  EXPECT_TRUE(sender.Send(MakeBatch(3), absl::Seconds(20)).status.ok());
  EXPECT_EQ(sender.connects(), 2U);
}

TEST(SenderTest, ReturnsTheServersReason) {
  ScriptedServer server;
  ScriptedAnswer rejection = Failure(absl::InvalidArgumentError("a rule is broken"));
  rejection.violation = "session.app";
  server.Next(rejection);
  Sender sender(server.address(), "", TlsOptions());
  const Outcome outcome = sender.Send(MakeBatch(1), absl::Seconds(20));
  EXPECT_TRUE(absl::IsInvalidArgument(outcome.status));
  EXPECT_THAT(std::string(outcome.status.message()), HasSubstr("a rule is broken (session.app"));
  EXPECT_TRUE(outcome.rejected);
}

TEST(SenderTest, AGatewaysInvalidArgumentRejectsNothing) {
  ScriptedServer server;
  server.Next(Failure(absl::InvalidArgumentError("bad request")));  // without google.rpc.BadRequest
  Sender sender(server.address(), "", TlsOptions());
  const Outcome outcome = sender.Send(MakeBatch(1), absl::Seconds(20));
  EXPECT_TRUE(absl::IsInvalidArgument(outcome.status));
  EXPECT_FALSE(outcome.rejected);
  EXPECT_THAT(std::string(outcome.status.message()),
              AllOf(HasSubstr("bad request"), HasSubstr("not from gmewatchd")));
}

TEST(SenderTest, SaysWhatItWaitedForAndWhatToTry) {
  const auto why = [](const std::string& address, absl::Duration timeout, const TlsOptions& tls) {
    Sender sender(address, "", tls);
    return std::string(sender.Send(MakeBatch(1), timeout).status.message());
  };
  using Kind = SilentListener::Kind;
  const SilentListener dropping(Kind::kDropsConnects);
  EXPECT_THAT(why(dropping.address(), absl::Milliseconds(300), TlsOptions()),
              AllOf(HasSubstr("no connection to " + dropping.address() + " within 300ms"),
                    HasSubstr("IPv6")));
  std::string nobody;
  {
    const SilentListener listener(Kind::kAcceptsAndIsSilent);
    nobody = listener.address();
  }
  EXPECT_THAT(why(nobody, absl::Seconds(20), TlsOptions()),
              AllOf(HasSubstr("no connection to " + nobody), HasSubstr("tls.enabled")));
  TlsOptions tls;
  tls.enabled = true;
  EXPECT_THAT(why(nobody, absl::Seconds(20), tls), HasSubstr("tls.root_certificates"));
  ScriptedServer server;
  ScriptedAnswer hold;
  hold.hold = true;
  server.Next(hold);
  EXPECT_THAT(why(server.address(), absl::Milliseconds(500), TlsOptions()),
              AllOf(HasSubstr("connected to " + server.address()), HasSubstr("no answer within"),
                    HasSubstr("/readyz")));
}

TEST(SenderTest, CancelEndsTheCallInProgress) {
  ScriptedServer server;
  ScriptedAnswer hold;
  hold.hold = true;
  server.Always(hold);
  Sender sender(server.address(), "", TlsOptions());
  // Without Cancel the call would end with DEADLINE_EXCEEDED.
  std::thread caller(
      [&] { EXPECT_TRUE(absl::IsCancelled(sender.Send(MakeBatch(1), absl::Seconds(20)).status)); });
  EXPECT_TRUE(server.AwaitCalls(1));
  sender.Cancel();
  caller.join();
}

TEST(SenderTest, SendsNothingAfterCancel) {
  ScriptedServer server;
  Sender sender(server.address(), "", TlsOptions());
  sender.Cancel();
  EXPECT_TRUE(absl::IsCancelled(sender.Send(MakeBatch(1), absl::Seconds(20)).status));
  EXPECT_EQ(server.received().size(), 0U);
}

}  // namespace
}  // namespace gmewatch::client
