#include "daemon/expose/process_stats.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "absl/synchronization/notification.h"
#include "daemon/base/clock.h"

namespace gmewatch {
namespace {

TEST(ProcessStatsTest, ReadsThisProcess) {
  const ProcessStats stats = ReadProcessStats();
  EXPECT_GT(stats.cpu, absl::ZeroDuration());
  EXPECT_GT(stats.resident_bytes, uint64_t{1} << 20);
  EXPECT_GT(stats.virtual_bytes, stats.resident_bytes);
  EXPECT_GE(stats.max_fds, stats.open_fds);
  const absl::Time now = RealClock().Now();
  ASSERT_TRUE(stats.start.has_value());
  EXPECT_LT(*stats.start, now + absl::Seconds(2));
  EXPECT_GT(*stats.start, now - absl::Hours(1));
  EXPECT_EQ(ReadProcessStats().start, stats.start) << "worked out once";
}

TEST(ProcessStatsTest, SeesAFileMore) {
  const uint64_t before = ReadProcessStats().open_fds;
  const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(ReadProcessStats().open_fds, before + 1);
  close(file);
  EXPECT_EQ(ReadProcessStats().open_fds, before);
}

TEST(ProcessStatsTest, SeesAThreadMore) {
  absl::Notification done;
  const auto wait = [&done] { done.WaitForNotification(); };
  // With the first one a sanitizer starts a thread of its own.
  std::thread first(wait);
  const uint64_t before = ReadProcessStats().threads;
  std::thread second(wait);
  EXPECT_EQ(ReadProcessStats().threads, before + 1);
  done.Notify();
  first.join();
  second.join();
}

}  // namespace
}  // namespace gmewatch
