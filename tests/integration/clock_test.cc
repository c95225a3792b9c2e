// The wall clock of a real gmewatchd is set, its machine suspended, its process stopped: no thread
// waits longer for it, and no session is forgotten or kept for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/moved_clock.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kYears = absl::Hours(24 * 365 * 5);
// Longer than any thread needs, shorter than any step.
constexpr absl::Duration kSoon = absl::Seconds(10);
constexpr char kDuplicates[] = "gmewatch_batches_total{result=\"duplicate\"}";
constexpr char kCounted[] = "gmewatch_batches_total{result=\"counted\"}";

// Reports one event; an answer that takes two seconds is a failure.
grpc::Status ReportSoon(WireClient* client, const v1::Session& session, uint64_t sequence) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(2));
  v1::ReportResponse response;
  return client->stub().Report(&context, MakeRequest(session, sequence, {{1005, 1}}), &response);
}

// A session that reports one event after the other, and repeats those that are not acknowledged.
class LightLoad {
 public:
  explicit LightLoad(const std::string& address) : client_(address), thread_([this] { Run(); }) {}
  LightLoad(const LightLoad&) = delete;
  LightLoad& operator=(const LightLoad&) = delete;
  ~LightLoad() { Stop(); }

  uint64_t acknowledged() const { return acknowledged_; }
  int failures() const { return failures_; }
  void Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  void Run() {
    const v1::Session session = MakeSession("demo", "eu");
    while (!stop_) {
      if (ReportSoon(&client_, session, acknowledged_ + 1).ok()) {
        ++acknowledged_;
      } else {
        ++failures_;
      }
    }
  }

  WireClient client_;
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> acknowledged_{0};
  std::atomic<int> failures_{0};
  std::thread thread_;
};

class ClockTest : public ::testing::Test {
 protected:
  std::unique_ptr<GmewatchdProcess> Start(const std::string& limits = "{}",
                                          const std::string& fault = "",
                                          const std::string& state = "state") {
    const std::string config =
        dir_.Write("settings.yaml", absl::StrCat("apps: [{name: demo, regions: [eu]}]\n"
                                                 "log: {checkpoint_interval: 1s}\n"
                                                 "detect: {tick: 1s}\nlimits: ",
                                                 limits, "\n"));
    ChildOptions options = clock_.Options();
    options.environment.push_back("GMEWATCH_FAULT=" + fault);
    auto daemon = GmewatchdProcess::Start({"--config=" + config, "--state_dir=" + dir_.File(state)},
                                          fault.empty() ? "" : FAULTY_GMEWATCHD_PATH, options);
    EXPECT_TRUE(daemon.ok()) << daemon.status();
    return daemon.ok() ? *std::move(daemon) : nullptr;
  }

  // Waits until every thread that waits for time has worked again.
  static void ExpectGoesOn(const GmewatchdProcess& daemon, const LightLoad& load) {
    const char* checkpoints = "gmewatch_checkpoints_total{result=\"success\"}";
    const char* tick = "gmewatch_detector_tick_duration_seconds";
    const uint64_t acknowledged = load.acknowledged();
    const Samples before = daemon.Scrape();
    EXPECT_TRUE(AwaitTrue([&] { return load.acknowledged() > acknowledged + 10; }, kSoon));
    EXPECT_TRUE(AwaitTrue(
        [&] { return ValueOf(daemon.Scrape(), checkpoints) > ValueOf(before, checkpoints) + 1; },
        kSoon, absl::Milliseconds(100)));
    // No two ticks take the same time to the nanosecond.
    EXPECT_TRUE(AwaitTrue([&] { return ValueOf(daemon.Scrape(), tick) != ValueOf(before, tick); },
                          kSoon, absl::Milliseconds(100)));
  }

  TempDir dir_;
  MovedClock clock_;
};

TEST_F(ClockTest, AStepOfTheWallClockStopsNothing) {
  auto daemon = Start();
  ASSERT_NE(daemon, nullptr);
  LightLoad load(daemon->ingest_address());
  for (const absl::Duration ahead :
       {-absl::Hours(3), absl::ZeroDuration(), absl::Hours(3), absl::ZeroDuration(),
        absl::Hours(25), absl::ZeroDuration(), kYears, -absl::Hours(3)}) {
    SCOPED_TRACE(absl::StrCat("ahead by ", absl::FormatDuration(ahead)));
    clock_.SetAhead(ahead);
    ExpectGoesOn(*daemon, load);
  }
  EXPECT_TRUE(daemon->process().AwaitError("the wall clock was set"));
  EXPECT_THAT(daemon->process().error(), Not(HasSubstr("detector state reset")));
  load.Stop();
  EXPECT_EQ(load.failures(), 0);
  EXPECT_EQ(ValueOf(daemon->Scrape(), kCounted), load.acknowledged());
  // A stream that stays open: the drain ends it.
  WireClient client(daemon->ingest_address());
  WireStream stream(&client);
  ASSERT_TRUE(stream.Write(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})));
  ASSERT_TRUE(stream.AwaitAcknowledged(1));
  daemon->process().Signal(SIGTERM);
  clock_.SetAhead(-absl::Hours(6));
  EXPECT_EQ(daemon->process().Wait(absl::Seconds(20)), 0);
}

// The test above is worth nothing if it does not fail where one thread waits on the wall clock.
TEST_F(ClockTest, ACommitterThatWaitsOnTheWallClockIsFound) {
  auto daemon = Start("{}", "wall_clock");
  ASSERT_NE(daemon, nullptr);
  LightLoad load(daemon->ingest_address());
  ASSERT_TRUE(AwaitTrue([&] { return load.acknowledged() > 0; }, kSoon));
  // The step must come while it waits, which it does nearly always.
  EXPECT_TRUE(AwaitTrue(
      [&] {
        clock_.SetAhead(clock_.ahead() - absl::Hours(3));
        return load.failures() > 0;
      },
      absl::Seconds(30), absl::Seconds(3)));
  clock_.SetAhead(absl::Hours(3));
  const uint64_t acknowledged = load.acknowledged();
  EXPECT_TRUE(AwaitTrue([&] { return load.acknowledged() > acknowledged; }, kSoon));
}

TEST_F(ClockTest, ASuspendedMachineGoesOnAtOnce) {
  auto daemon = Start();
  ASSERT_NE(daemon, nullptr);
  LightLoad load(daemon->ingest_address());
  ExpectGoesOn(*daemon, load);
  clock_.Suspend(absl::Hours(1));
  ExpectGoesOn(*daemon, load);
  load.Stop();
  EXPECT_EQ(load.failures(), 0);
  EXPECT_EQ(ValueOf(daemon->Scrape(), kCounted), load.acknowledged());
  EXPECT_THAT(daemon->process().error(), Not(HasSubstr("the wall clock was set")));
}

TEST_F(ClockTest, AStoppedProcessLosesNothingAndGoesOnAtOnce) {
  auto daemon = Start();
  ASSERT_NE(daemon, nullptr);
  LightLoad load(daemon->ingest_address());
  ExpectGoesOn(*daemon, load);
  daemon->process().Signal(SIGSTOP);
  EXPECT_TRUE(AwaitTrue([&] { return load.failures() >= 2; }, kSoon));
  daemon->process().Signal(SIGCONT);
  ExpectGoesOn(*daemon, load);
  load.Stop();
  EXPECT_EQ(ValueOf(daemon->Scrape(), kCounted), load.acknowledged());
  EXPECT_EQ(daemon->Terminate(), 0);
}

TEST_F(ClockTest, ARetryAfterAStepBeyondTheHorizonIsADuplicate) {
  auto daemon = Start();
  ASSERT_NE(daemon, nullptr);
  const v1::Session session = MakeSession("demo", "eu");
  const auto report = [&] {
    WireClient client(daemon->ingest_address());
    EXPECT_TRUE(client.Report(MakeRequest(session, 1, {{1005, 1}})).ok());
    // A commit after it, at the time that the clock says now.
    EXPECT_TRUE(client.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok());
  };
  report();
  clock_.SetAhead(absl::Hours(25));
  report();
  report();
  EXPECT_EQ(ValueOf(daemon->Scrape(), kDuplicates), 2);
  EXPECT_EQ(daemon->Terminate(), 0);
  // A start with the wrong clock, and one with the right one.
  daemon = Start();
  ASSERT_NE(daemon, nullptr);
  EXPECT_THAT(daemon->process().error(), HasSubstr("far ahead of the event log"));
  report();
  EXPECT_EQ(ValueOf(daemon->Scrape(), kDuplicates), 3);
  EXPECT_EQ(daemon->Terminate(), 0);
  clock_.SetAhead(absl::ZeroDuration());
  daemon = Start();
  ASSERT_NE(daemon, nullptr);
  EXPECT_THAT(daemon->process().error(), HasSubstr("behind the event log"));
  report();
  EXPECT_EQ(ValueOf(daemon->Scrape(), kDuplicates), 4);
}

// Reports for new sessions until the limit is reached.
void FillSessions(const std::string& address) {
  std::vector<std::thread> threads(8);
  for (std::thread& thread : threads) {
    thread = std::thread([&address] {
      WireClient client(address);
      while (client.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok()) {
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(ClockTest, SessionsExpireAfterAClockThatWasYearsAhead) {
  constexpr char kLimits[] = "{max_sessions: 1000, session_horizon: 1m}";
  // One whose state begins years ahead and that is started again with the right time, ...
  clock_.SetAhead(kYears);
  auto restarted = Start(kLimits, "", "restarted");
  ASSERT_NE(restarted, nullptr);
  FillSessions(restarted->ingest_address());
  EXPECT_EQ(restarted->Terminate(), 0);
  clock_.SetAhead(absl::ZeroDuration());
  restarted = Start(kLimits, "", "restarted");
  ASSERT_NE(restarted, nullptr);
  EXPECT_THAT(restarted->process().error(), HasSubstr("behind the event log"));
  // ... and one whose clock is wrong for a while.
  auto running = Start(kLimits, "", "running");
  ASSERT_NE(running, nullptr);
  clock_.SetAhead(kYears);
  FillSessions(running->ingest_address());
  const Deadline wrong(absl::Seconds(3), absl::Milliseconds(100));
  while (wrong.PauseUnlessPassed()) {
  }
  clock_.SetAhead(absl::ZeroDuration());
  for (const auto& daemon : {restarted.get(), running.get()}) {
    WireClient client(daemon->ingest_address());
    const auto takes_new_ones = [&] {
      return client.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok();
    };
    EXPECT_FALSE(takes_new_ones());
    EXPECT_TRUE(AwaitTrue(takes_new_ones, absl::Seconds(120), absl::Milliseconds(50)));
  }
}

}  // namespace
}  // namespace gmewatch
