// After a kill at any moment the log has every epoch for which Append returned Ok, and none that
// was never appended.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <iostream>
#include <random>

#include "daemon/log/sqlite_log.h"
#include "tests/daemon/log/log_fixture.h"

namespace gmewatch {
namespace {

constexpr int kRounds = 30;

// In the child: appends from `first` on until it is killed, with a checkpoint every few epochs, and
// reports each number that is durable.
[[noreturn]] void AppendForever(const std::string& dir, uint64_t first, int report) {
  absl::StatusOr<std::unique_ptr<SqliteLog>> log = SqliteLog::Open(dir);
  if (!log.ok()) _exit(1);
  for (uint64_t number = first;; ++number) {
    if (!(*log)->Append(number, NumberedEpoch(number, number % 3 == 0 ? 20'000 : 100)).ok()) {
      _exit(2);
    }
    if (write(report, &number, sizeof(number)) != sizeof(number)) _exit(3);
    if (number % 7 == 0 && !SaveEpoch(**log, number - 2).ok()) _exit(4);
  }
}

// Kills the child some time after it has reported `reports` numbers; returns the last number that
// it reported.
uint64_t KillAfter(const std::string& dir, uint64_t first, uint64_t reports, uint64_t spins) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    AppendForever(dir, first, ends[1]);
  }
  close(ends[1]);
  uint64_t last = first - 1;
  uint64_t number = 0;
  for (uint64_t i = 0; i < reports; ++i) {
    if (read(ends[0], &number, sizeof(number)) == sizeof(number)) last = number;
  }
  // So that the kill comes at any point of its work; this waits for nothing.
  for (std::atomic<uint64_t> spun = 0; spun < spins; ++spun) continue;
  EXPECT_EQ(kill(child, SIGKILL), 0);
  while (read(ends[0], &number, sizeof(number)) == sizeof(number)) last = number;
  close(ends[0]);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child failed: " << WEXITSTATUS(status);
  return last;
}

TEST(SqliteLogCrashTest, KeepsWhatWasAppendedBeforeAKill) {
  const unsigned seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937 random(seed);
  TempDir dir;
  uint64_t newest = 0;
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t reported =
        KillAfter(dir.path(), newest + 1, random() % 20, random() % 8'000'000);
    std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
    const std::optional<Checkpoint> checkpoint = log->LoadCheckpoint().value();
    const uint64_t covered = checkpoint.has_value() ? checkpoint->epoch : 0;
    const std::vector<uint64_t> replayed = Replayed(*log, covered).value();
    newest = covered + replayed.size();
    ASSERT_EQ(replayed, Numbers(covered + 1, newest));
    ASSERT_GE(newest, reported) << "round " << round;
    ASSERT_LE(newest, reported + 1) << "round " << round;
  }
  EXPECT_GT(newest, uint64_t{kRounds});
}

}  // namespace
}  // namespace gmewatch
