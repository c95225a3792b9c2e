// What gmewatchd says of its own starts.
#include <gtest/gtest.h>

#include <csignal>
#include <memory>

#include "tests/support/gmewatchd_process.h"

namespace gmewatch {
namespace {

TEST(StartsTest, AreCountedByTheStateAndTheStartTimeStands) {
  const TempDir dir;
  for (int starts = 1; starts <= 3; ++starts) {
    auto daemon = GmewatchdProcess::Start({"--state_dir=" + dir.File("state")});
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    const Samples samples = (*daemon)->Scrape();
    EXPECT_EQ(ValueOf(samples, "gmewatch_starts_total"), starts);
    EXPECT_GE(ValueOf(samples, "gmewatch_uptime_seconds"), 0);
    const double began = ValueOf(samples, "process_start_time_seconds");
    EXPECT_GT(began, 1.6e9);
    EXPECT_EQ(ValueOf((*daemon)->Scrape(), "process_start_time_seconds"), began);
    if (starts == 2) {
      // Killed: that start is counted too.
      (*daemon)->process().Signal(SIGKILL);
      EXPECT_GT((*daemon)->process().Wait(), 0);
    } else {
      EXPECT_EQ((*daemon)->Terminate(), 0);
    }
  }
}

}  // namespace
}  // namespace gmewatch
