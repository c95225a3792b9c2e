#include "client/src/sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/scripted_server.h"

namespace gmewatch::client {
namespace {

using ::testing::HasSubstr;

v1::ReportRequest Batch(uint64_t sequence) {
  v1::ReportRequest batch;
  batch.mutable_session()->set_id("0123456789abcdef");
  batch.set_sequence(sequence);
  batch.add_codes(1);
  batch.add_counts(1);
  return batch;
}

TEST(SenderTest, KeepsItsConnectionAfterAnAnswerAndClosesItWithoutOne) {
  ScriptedServer server;
  Sender sender(server.address(), "", TlsOptions());
  EXPECT_FALSE(sender.connected());
  EXPECT_TRUE(sender.Send(Batch(1), absl::Seconds(20)).status.ok());
  EXPECT_TRUE(sender.Send(Batch(2), absl::Seconds(20)).status.ok());
  server.Next(Failure(absl::UnavailableError("busy"), absl::Seconds(1)));
  const Outcome busy = sender.Send(Batch(3), absl::Seconds(20));
  EXPECT_EQ(busy.retry_delay, absl::Seconds(1));
  EXPECT_TRUE(sender.connected());
  EXPECT_EQ(sender.connects(), 1U);
  server.Shutdown();
  EXPECT_TRUE(absl::IsUnavailable(sender.Send(Batch(3), absl::Seconds(20)).status));
  EXPECT_FALSE(sender.connected());
  server.Start();
  EXPECT_TRUE(sender.Send(Batch(3), absl::Seconds(20)).status.ok());
  EXPECT_EQ(sender.connects(), 2U);
}

TEST(SenderTest, ReturnsTheServersReason) {
  ScriptedServer server;
  ScriptedAnswer rejection = Failure(absl::InvalidArgumentError("a rule is broken"));
  rejection.violation = "session.app";
  server.Next(rejection);
  Sender sender(server.address(), "", TlsOptions());
  const Outcome outcome = sender.Send(Batch(1), absl::Seconds(20));
  EXPECT_TRUE(absl::IsInvalidArgument(outcome.status));
  EXPECT_THAT(std::string(outcome.status.message()), HasSubstr("a rule is broken (session.app"));
}

TEST(SenderTest, CancelEndsTheCallInProgress) {
  ScriptedServer server;
  ScriptedAnswer hold;
  hold.hold = true;
  server.Always(hold);
  Sender sender(server.address(), "", TlsOptions());
  // Without Cancel the call would end with DEADLINE_EXCEEDED.
  std::thread caller(
      [&] { EXPECT_TRUE(absl::IsCancelled(sender.Send(Batch(1), absl::Seconds(20)).status)); });
  EXPECT_TRUE(server.AwaitCalls(1));
  sender.Cancel();
  caller.join();
}

TEST(SenderTest, SendsNothingAfterCancel) {
  ScriptedServer server;
  Sender sender(server.address(), "", TlsOptions());
  sender.Cancel();
  EXPECT_TRUE(absl::IsCancelled(sender.Send(Batch(1), absl::Seconds(20)).status));
  EXPECT_EQ(server.received().size(), 0U);
}

}  // namespace
}  // namespace gmewatch::client
