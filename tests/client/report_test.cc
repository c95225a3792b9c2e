// Reporter without a server: what Report costs its caller, and that it counts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "gmewatch/reporter.h"
#include "tests/client/reporter_fixture.h"
#include "tests/support/allocations.h"

namespace gmewatch {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

// Options of a Reporter that sends nothing for an hour.
ReporterOptions Quiet() { return PatientOptions("127.0.0.1:1"); }

uint64_t Sum(const ReporterStats& stats) {
  return stats.acknowledged_events + stats.rejected_events + stats.lost_events +
         stats.pending_events;
}

TEST(ReportTest, AllocatesNothing) {
  Reporter reporter(Quiet());
  const uint64_t before = Allocations();
  for (int32_t code = 0; code < 1000; ++code) {
    reporter.Report(code);
    reporter.Report(code, 3);
    reporter.Success();
    reporter.Detail(code, "EnterRoom", 1);
  }
  EXPECT_EQ(Allocations(), before);
  const std::string text(100, 'x');
  EXPECT_EQ(Allocations(), before + 1) << "allocations are counted";
}

TEST(ReportTest, CountsEverythingThatEightThreadsReport) {
  constexpr uint64_t kThreads = 8;
  constexpr uint64_t kRounds = 20000;
  Reporter reporter(Quiet());
  std::vector<std::thread> threads;
  for (uint64_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&reporter] {
      for (uint64_t round = 0; round < kRounds; ++round) {
        reporter.Report(static_cast<int32_t>(round % 700));
        reporter.Success();
        reporter.Report(1005, 3);
      }
    });
  }
  for (int i = 0; i < 50; ++i) {
    const ReporterStats stats = reporter.Stats();
    EXPECT_EQ(Sum(stats), stats.reported_events);
  }
  for (std::thread& thread : threads) thread.join();
  const ReporterStats stats = reporter.Stats();
  EXPECT_EQ(stats.reported_events, kThreads * kRounds * 5);
  EXPECT_EQ(Sum(stats), stats.reported_events);
  EXPECT_GT(stats.lost_events, 0U);
  EXPECT_EQ(stats.connects, 0U);
}

TEST(ReportTest, StillCountsAfterStop) {
  Reporter reporter(Quiet());
  EXPECT_TRUE(reporter.Stop(milliseconds(0)));
  reporter.Report(5, 2);
  EXPECT_EQ(reporter.Stats().pending_events, 2U);
  EXPECT_FALSE(reporter.Flush(milliseconds(10)));
  EXPECT_FALSE(reporter.Stop(milliseconds(10)));
}

TEST(ReportTest, CountsNothingWithWrongOptions) {
  ReporterOptions options = Quiet();
  options.region = "no such/region";
  Reporter reporter(options);
  EXPECT_THAT(reporter.error(), HasSubstr("region is \"no such/region\""));
  EXPECT_FALSE(reporter.is_counting());
  reporter.Report(5);
  reporter.Detail(5, nullptr, 0);
  EXPECT_EQ(reporter.Stats().reported_events, 0U);
  EXPECT_TRUE(reporter.Flush(milliseconds(10)));
  EXPECT_TRUE(reporter.Stop(milliseconds(10)));
}

TEST(ReportTest, CountsWithTextsThatTheWireCannotCarry) {
  ReporterOptions options = Quiet();
  options.app_version = std::string(68, '1');
  options.platform = "t\xE9l\xE9phone\n";
  Reporter reporter(options);
  EXPECT_TRUE(reporter.is_counting());
  EXPECT_THAT(reporter.error(), HasSubstr("app_version is "));
  EXPECT_THAT(reporter.error(), HasSubstr("\"t?l?phone\" is sent instead"));
  reporter.Report(5);
  EXPECT_EQ(reporter.Stats().pending_events, 1U);
}

TEST(ReportTest, IgnoresACountOfZero) {
  Reporter reporter(Quiet());
  reporter.Report(5, 0);
  EXPECT_EQ(reporter.Stats().reported_events, 0U);
}

TEST(ReportTest, IsHarmlessInAChildProcess) {
  Reporter reporter(Quiet());
  reporter.Report(5);
  const pid_t child = fork();
  if (child == 0) {
    alarm(10);
    auto copy = std::make_unique<Reporter*>(&reporter);
    (*copy)->Report(5);
    (*copy)->Detail(5, "EnterRoom", 0);
    const bool quiet = !(*copy)->Flush(hours(1)) && !(*copy)->Stop(hours(1)) &&
                       (*copy)->Stats().reported_events == 0;
    (*copy)->~Reporter();
    _exit(quiet ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(reporter.Stats().reported_events, 1U);
}

}  // namespace
}  // namespace gmewatch
