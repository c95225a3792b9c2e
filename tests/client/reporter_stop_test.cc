// Stop and Flush return at their deadline if the server does not answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "absl/time/clock.h"
#include "gmewatch/reporter.h"
#include "tests/client/reporter_fixture.h"
#include "tests/support/scripted_server.h"
#include "tests/support/silent_listener.h"

namespace gmewatch {
namespace {

using std::chrono::milliseconds;
using ::testing::IsEmpty;
using ::testing::Not;

// The machine may be busy. A Stop that waits for the network takes much longer, or never returns.
constexpr absl::Duration kTolerance = absl::Seconds(2);

absl::Duration TimeOf(const std::function<void()>& action) {
  const absl::Time start = absl::Now();  // allow(clock): how long the real thing takes
  action();
  return absl::Now() - start;  // allow(clock): how long the real thing takes
}

// Stops a Reporter that has a pending event and has begun to send it.
void StopReturnsInTime(const std::string& address) {
  Reporter reporter(QuickOptions(address));
  reporter.Report(1);
  EXPECT_FALSE(reporter.Flush(milliseconds(100)));
  EXPECT_GE(reporter.Stats().batches_sent, 1U);
  EXPECT_LT(TimeOf([&] { EXPECT_FALSE(reporter.Stop(milliseconds(200))); }),
            absl::Milliseconds(200) + kTolerance);
  EXPECT_EQ(reporter.Stats().pending_events, 1U);
  EXPECT_EQ(reporter.Stats().reported_events, 1U);
}

TEST(ReporterStopTest, ReturnsInTimeIfNobodyListens) { StopReturnsInTime("127.0.0.1:1"); }

TEST(ReporterStopTest, ReturnsInTimeIfConnectsAreDropped) {
  const SilentListener listener(SilentListener::Kind::kDropsConnects);
  StopReturnsInTime(listener.address());
}

TEST(ReporterStopTest, ReturnsInTimeIfTheServerIsSilent) {
  const SilentListener listener(SilentListener::Kind::kAcceptsAndIsSilent);
  StopReturnsInTime(listener.address());
}

TEST(ReporterStopTest, ReturnsInTimeIfTheNameIsUnknown) {
  StopReturnsInTime("no-such-host.invalid:4747");
}

TEST(ReporterStopTest, ReturnsInTimeIfTheServerHoldsTheCall) {
  ScriptedServer server;
  ScriptedAnswer hold;
  hold.hold = true;
  server.Always(hold);
  StopReturnsInTime(server.address());
}

TEST(ReporterStopTest, ReturnsInTimeIfTheServerAsksForAnHour) {
  ScriptedServer server;
  server.Always(Failure(absl::UnavailableError("later"), absl::Hours(1)));
  StopReturnsInTime(server.address());
}

TEST(ReporterStopTest, TheDestructorDoesNotWait) {
  const SilentListener listener(SilentListener::Kind::kAcceptsAndIsSilent);
  EXPECT_LT(TimeOf([&] {
              Reporter reporter(QuickOptions(listener.address()));
              reporter.Report(1);
              EXPECT_FALSE(reporter.Flush(milliseconds(50)));
            }),
            kTolerance);
}

TEST(ReporterStopTest, StopEndsAFlushThatWaits) {
  const SilentListener listener(SilentListener::Kind::kAcceptsAndIsSilent);
  Reporter reporter(QuickOptions(listener.address()));
  reporter.Report(1);
  const absl::Duration time = TimeOf([&] {
    std::thread flusher([&] { EXPECT_FALSE(reporter.Flush(std::chrono::hours(1))); });
    EXPECT_FALSE(reporter.Flush(milliseconds(50)));
    EXPECT_FALSE(reporter.Stop(milliseconds(50)));
    flusher.join();
  });
  EXPECT_LT(time, kTolerance);
}

TEST(ReporterStopTest, MayBeCalledBySeveralThreads) {
  ScriptedServer server;
  Reporter reporter(PatientOptions(server.address()));
  reporter.Report(1);
  std::thread other([&] { reporter.Stop(kSoon); });
  reporter.Stop(kSoon);
  other.join();
  EXPECT_TRUE(reporter.Stop(kSoon));
  EXPECT_EQ(server.counted_events(), 1U);
}

TEST(ReporterStopTest, SendsPendingEventsDespiteALongBackoff) {
  ScriptedServer server;
  server.Next(Failure(absl::UnauthenticatedError("wrong key")));
  ReporterOptions options = QuickOptions(server.address());
  options.max_backoff = std::chrono::minutes(10);  // a wrong key waits half of this at least
  Reporter reporter(options);
  reporter.Report(1);
  ASSERT_TRUE(server.AwaitCalls(1));
  EXPECT_TRUE(reporter.Stop(kSoon));
  EXPECT_EQ(server.counted_events(), 1U);
}

TEST(ReporterStopTest, ABatchWithoutAnAnswerInTimeIsSentAgain) {
  ScriptedServer server;
  ScriptedAnswer hold;
  hold.hold = true;
  server.Next(hold);
  ReporterOptions options = QuickOptions(server.address());
  options.acknowledge_timeout = milliseconds(100);
  Reporter reporter(options);
  reporter.Report(1, 3);
  EXPECT_TRUE(reporter.Flush(kSoon));
  EXPECT_GE(server.received().size(), 2U);
  EXPECT_EQ(server.counted_events(), 3U);
  EXPECT_GE(reporter.Stats().batches_failed, 1U);
}

}  // namespace
}  // namespace gmewatch
