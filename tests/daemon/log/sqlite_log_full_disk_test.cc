// On a full disk a call fails and nothing else changes: what was stored stays, and later calls
// succeed when there is room.
#include <sys/mount.h>
#include <sys/resource.h>

#include <csignal>

#include "daemon/log/sqlite_log.h"
#include "tests/daemon/log/log_fixture.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

constexpr size_t kRoomBytes = 1 << 20;
constexpr size_t kEpochBytes = 50'000;

// While it lives, no file of this process can grow beyond kRoomBytes. Needs no privilege, unlike a
// small file system.
class SmallFiles {
 public:
  SmallFiles() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    EXPECT_EQ(getrlimit(RLIMIT_FSIZE, &before_), 0);
    rlimit limit = before_;
    limit.rlim_cur = kRoomBytes;
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;
  ~SmallFiles() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

// Appends until there is no room; returns the number of the last epoch that was stored.
uint64_t Fill(SqliteLog& log, uint64_t from, const std::string& file) {
  for (uint64_t number = from; number < from + 10'000; ++number) {
    const absl::Status status = log.Append(number, NumberedEpoch(number, kEpochBytes));
    if (status.ok()) continue;
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
    EXPECT_THAT(status.ToString(), HasSubstr(absl::StrCat("disk full: ", file)));
    // And again: the failure is not permanent.
    EXPECT_TRUE(absl::IsResourceExhausted(log.Append(number, NumberedEpoch(number, kEpochBytes))));
    return number - 1;
  }
  ADD_FAILURE() << "the disk was never full";
  return 0;
}

TEST(SqliteLogFullDiskTest, TakesEpochsAgainWhenThereIsRoom) {
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  uint64_t last = 0;
  {
    const SmallFiles limit;
    last = Fill(*log, 1, dir.File("journal.db"));
  }
  EXPECT_EQ(Replayed(*log, 0).value(), Numbers(1, last));
  ASSERT_TRUE(AppendNumbers(*log, last + 1, last + 3).ok());
  log.reset();
  log = OpenLog(dir.path());
  EXPECT_EQ(Replayed(*log, 0).value(), Numbers(1, last + 3));
}

TEST(SqliteLogFullDiskTest, EmptiesTheWalBeforeItGivesUp) {
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  const SmallFiles limit;
  // In the end both the WAL and the file are full, so together they hold more than either could.
  EXPECT_GE(Fill(*log, 1, dir.File("journal.db")) * kEpochBytes, kRoomBytes * 3 / 2);
}

// Ten times as much as fits passes through the log, since checkpoints free the epochs they cover.
TEST(SqliteLogFullDiskTest, GoesOnInTheSpaceThatItHas) {
  constexpr uint64_t kEpochs = 10 * kRoomBytes / kEpochBytes;
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  const SmallFiles limit;
  for (uint64_t number = 1; number <= kEpochs; ++number) {
    const absl::Status status = log->Append(number, NumberedEpoch(number, kEpochBytes));
    ASSERT_TRUE(status.ok()) << number << ": " << status;
    if (number % 4 == 0) {
      ASSERT_TRUE(SaveEpoch(*log, number).ok());
    }
  }
  const uint64_t covered = kEpochs - kEpochs % 4;
  EXPECT_EQ(Replayed(*log, covered).value(), Numbers(covered + 1, kEpochs));
  EXPECT_LE(log->SizeBytes(), 3 * kRoomBytes);
}

TEST(SqliteLogFullDiskTest, ACheckpointWithoutRoomLeavesTheOneBefore) {
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  ASSERT_TRUE(AppendNumbers(*log, 1, 9).ok());
  Checkpoint checkpoint;
  checkpoint.epoch = 3;
  checkpoint.pages = {{0, "small"}};
  ASSERT_TRUE(log->SaveCheckpoint(checkpoint).ok());
  checkpoint.epoch = 9;
  checkpoint.pages = {{0, std::string(2 * kRoomBytes, 'x')}};
  {
    const SmallFiles limit;
    for (int i = 0; i < 2; ++i) {
      const absl::Status status = log->SaveCheckpoint(checkpoint);
      EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
      EXPECT_THAT(status.ToString(), HasSubstr(absl::StrCat("disk full: ", dir.File("state.db"))));
    }
  }
  EXPECT_EQ(log->LoadCheckpoint().value()->pages[0].bytes, "small");
  ASSERT_TRUE(AppendNumbers(*log, 10, 12).ok());
  EXPECT_EQ(Replayed(*log, 3).value(), Numbers(4, 12));
  ASSERT_TRUE(log->SaveCheckpoint(checkpoint).ok());
  EXPECT_EQ(log->LoadCheckpoint().value()->pages[0].bytes.size(), 2 * kRoomBytes);
}

// A small file system, to be really full. Where mounting is not allowed, the tests above stand in.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& at)
      : at_(at), mounted_(mount("none", at.c_str(), "tmpfs", 0, "size=2m") == 0) {}
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) umount2(at_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  void Grow() { EXPECT_EQ(mount("none", at_.c_str(), "tmpfs", MS_REMOUNT, "size=8m"), 0); }

 private:
  std::string at_;
  bool mounted_;
};

TEST(SqliteLogFullDiskTest, GoesOnAfterAFullFileSystem) {
  TempDir dir;
  SmallDisk disk(dir.path());
  if (!disk.mounted()) GTEST_SKIP() << "no permission to mount; file size limits stand in for it";
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  const uint64_t last = Fill(*log, 1, dir.File("journal.db"));
  Checkpoint checkpoint;
  checkpoint.epoch = last;
  checkpoint.pages = {{0, std::string(kRoomBytes, 'x')}};
  const absl::Status status = log->SaveCheckpoint(checkpoint);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  disk.Grow();
  ASSERT_TRUE(AppendNumbers(*log, last + 1, last + 3).ok());
  EXPECT_EQ(Replayed(*log, 0).value(), Numbers(1, last + 3));
  ASSERT_TRUE(log->SaveCheckpoint(checkpoint).ok());
  EXPECT_EQ(Replayed(*log, last).value(), Numbers(last + 1, last + 3));
}

}  // namespace
}  // namespace gmewatch
