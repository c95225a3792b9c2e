#include "daemon/log/sqlite_log.h"

#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "tests/daemon/log/log_fixture.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

mode_t ModeOf(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(stat(path.c_str(), &found), 0) << path;
  return found.st_mode & 0777;
}

TEST(SqliteLogTest, ReplaysWhatWasAppendedInOrder) {
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  ASSERT_TRUE(AppendNumbers(*log, 1, 20).ok());
  EXPECT_EQ(Replayed(*log, 0).value(), Numbers(1, 20));
  EXPECT_EQ(Replayed(*log, 15).value(), Numbers(16, 20));
  EXPECT_EQ(Replayed(*log, 20).value(), std::vector<uint64_t>());
  log.reset();
  log = OpenLog(dir.path());
  EXPECT_EQ(Replayed(*log, 0).value(), Numbers(1, 20));
  ASSERT_TRUE(AppendNumbers(*log, 21, 21).ok());
  EXPECT_EQ(Replayed(*log, 19).value(), Numbers(20, 21));
}

TEST(SqliteLogTest, KeepsAnEpochToTheByte) {
  TempDir dir;
  const Epoch epoch = NumberedEpoch(1, 200'000);
  std::string expected;
  epoch.Serialize(&expected);
  ASSERT_TRUE(OpenLog(dir.path())->Append(1, epoch).ok());
  std::string found;
  absl::Status status = OpenLog(dir.path())->Replay(0, [&](uint64_t, const Epoch& replayed) {
    replayed.Serialize(&found);
    return absl::OkStatus();
  });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(found, expected);
}

TEST(SqliteLogTest, ANewLogIsEmpty) {
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  EXPECT_EQ(log->LoadCheckpoint().value(), std::nullopt);
  EXPECT_EQ(Replayed(*log, 0).value(), std::vector<uint64_t>());
}

TEST(SqliteLogTest, ReplayEndsWithTheFirstErrorOfApply) {
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  ASSERT_TRUE(AppendNumbers(*log, 1, 3).ok());
  uint64_t last = 0;
  const absl::Status status = log->Replay(0, [&](uint64_t number, const Epoch&) {
    last = number;
    return number == 2 ? absl::AbortedError("enough") : absl::OkStatus();
  });
  EXPECT_EQ(status, absl::AbortedError("enough"));
  EXPECT_EQ(last, 2U);
}

TEST(SqliteLogTest, MakesItsDirectoryAndFilesForItsUserAlone) {
  TempDir dir;
  const std::string state = dir.File("a/b");
  std::unique_ptr<SqliteLog> log = OpenLog(state);
  ASSERT_TRUE(AppendNumbers(*log, 1, 1).ok());
  ASSERT_TRUE(SaveEpoch(*log, 1).ok());
  EXPECT_EQ(ModeOf(dir.File("a")), 0700U);
  EXPECT_EQ(ModeOf(state), 0700U);
  for (const char* file : {"journal.db", "state.db"}) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      EXPECT_EQ(ModeOf(absl::StrCat(state, "/", file, suffix)), 0600U) << file << suffix;
    }
  }
}

TEST(SqliteLogTest, RejectsAPathThatIsNotADirectory) {
  TempDir dir;
  std::ofstream(dir.File("file")) << "x";
  const auto check = [](const std::string& path, const std::string& message) {
    const absl::Status status = SqliteLog::Open(path).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(status.ToString(), HasSubstr(message));
  };
  check(dir.File("file"), "is not a directory");
  check(dir.File("file/below"), "Not a directory");
  check("", "is empty");
}

TEST(SqliteLogTest, KnowsItsSize) {
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  const uint64_t before = log->SizeBytes();
  EXPECT_GT(before, 0U);
  ASSERT_TRUE(log->Append(1, NumberedEpoch(1, 1'000'000)).ok());
  EXPECT_GE(log->SizeBytes(), before + 1'000'000);
}

TEST(SqliteLogTest, AReaderSeesItsSnapshotWhileEpochsAreAppended) {
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  ASSERT_TRUE(AppendNumbers(*log, 1, 2).ok());
  Shell shell(dir.File("journal.db"));
  shell.Run("BEGIN");
  EXPECT_THAT(shell.Run("SELECT count(*) FROM epochs"), ElementsAre("2"));
  ASSERT_TRUE(AppendNumbers(*log, 3, 5).ok());
  EXPECT_THAT(shell.Run("SELECT count(*) FROM epochs"), ElementsAre("2"));
  shell.Run("COMMIT");
  EXPECT_THAT(shell.Run("SELECT count(*) FROM epochs"), ElementsAre("5"));
}

// Takes SqliteConnection::kBusyTimeout.
TEST(SqliteLogTest, AnotherProgramsLockIsAReasonToTryAgain) {
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  Shell shell(dir.File("journal.db"));
  shell.Run("BEGIN IMMEDIATE");
  const absl::Status status = log->Append(1, NumberedEpoch(1));
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_THAT(status.ToString(), HasSubstr("journal.db: database is locked"));
  shell.Run("ROLLBACK");
  EXPECT_TRUE(AppendNumbers(*log, 1, 2).ok());
  EXPECT_EQ(Replayed(*log, 0).value(), Numbers(1, 2));
}

TEST(SqliteLogTest, RepeatsAPermanentFailure) {
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  ASSERT_TRUE(AppendNumbers(*log, 1, 1).ok());
  // The number breaks a precondition of Append; SQLite notices.
  const absl::Status status = log->Append(1, NumberedEpoch(1));
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << status;
  EXPECT_THAT(status.ToString(), HasSubstr("journal.db"));
  EXPECT_EQ(log->Append(2, NumberedEpoch(2)), status);
  log.reset();
  log = OpenLog(dir.path());
  EXPECT_EQ(Replayed(*log, 0).value(), Numbers(1, 1));
}

TEST(SqliteLogTest, DropsCoveredEpochsAFewAtATimeAndKeepsTheLast) {
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  Shell shell(dir.File("journal.db"));
  const std::string range = "SELECT min(number), max(number), count(*) FROM epochs";
  ASSERT_TRUE(AppendNumbers(*log, 1, 20).ok());
  ASSERT_TRUE(SaveEpoch(*log, 20).ok());
  ASSERT_TRUE(AppendNumbers(*log, 21, 21).ok());
  EXPECT_THAT(shell.Run(range), ElementsAre("9|21|13"));
  ASSERT_TRUE(AppendNumbers(*log, 22, 30).ok());
  EXPECT_THAT(shell.Run(range), ElementsAre("20|30|11"));
  EXPECT_EQ(Replayed(*log, 20).value(), Numbers(21, 30));
}

TEST(SqliteLogTest, GoesOnDroppingAfterARestart) {
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  ASSERT_TRUE(AppendNumbers(*log, 1, 20).ok());
  ASSERT_TRUE(SaveEpoch(*log, 15).ok());
  log.reset();
  log = OpenLog(dir.path());
  EXPECT_EQ(Replayed(*log, 15).value(), Numbers(16, 20));
  ASSERT_TRUE(AppendNumbers(*log, 21, 25).ok());
  Shell shell(dir.File("journal.db"));
  EXPECT_THAT(shell.Run("SELECT min(number), max(number) FROM epochs"), ElementsAre("15|25"));
}

// An epoch of about 1 MiB.
Epoch LargeEpoch() {
  Epoch epoch;
  Batch batch;
  batch.entries.assign(512, {1005, 1});
  for (batch.sequence = 1; batch.sequence <= 256; ++batch.sequence) {
    epoch.Add(batch, HashedOrigin(Origin{"demo", "eu", "", "", ""}));
  }
  return epoch;
}

TEST(SqliteLogTest, GivesBackTheSpaceOfManyEpochsAndSessions) {
  constexpr uint64_t kEpochs = 80;
  constexpr uint64_t kPages = 400;
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  const Epoch large = LargeEpoch();
  for (uint64_t number = 1; number <= kEpochs; ++number) {
    ASSERT_TRUE(log->Append(number, large).ok());
  }
  Checkpoint checkpoint;
  checkpoint.epoch = kEpochs;
  for (uint32_t i = 0; i < kPages; ++i) checkpoint.pages.push_back({i, std::string(200'000, 'p')});
  ASSERT_TRUE(log->SaveCheckpoint(checkpoint).ok());
  EXPECT_GT(log->SizeBytes(), (kEpochs + kPages / 6) << 20);

  ASSERT_TRUE(AppendNumbers(*log, kEpochs + 1, kEpochs + 30).ok());
  checkpoint.pages.clear();
  checkpoint.page_count = 1;
  ASSERT_TRUE(log->SaveCheckpoint(checkpoint).ok());
  // The WALs keep some of theirs.
  EXPECT_LT(log->SizeBytes(), uint64_t{40} << 20);
  log.reset();
  log = OpenLog(dir.path());
  EXPECT_LT(log->SizeBytes(), uint64_t{8} << 20);
  EXPECT_EQ(log->LoadCheckpoint().value()->pages.size(), 1U);
  EXPECT_EQ(Replayed(*log, kEpochs).value(), Numbers(kEpochs + 1, kEpochs + 30));
}

TEST(SqliteLogTest, AppendsWhileCheckpointsAreSaved) {
  constexpr uint64_t kEpochs = 200;
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  std::atomic<uint64_t> appended = 0;
  std::thread saver([&] {
    uint64_t saved = 0;
    Checkpoint checkpoint;
    checkpoint.pages.resize(4);
    while (saved < kEpochs) {
      checkpoint.epoch = appended.load();
      if (checkpoint.epoch == saved) continue;
      saved = checkpoint.epoch;
      for (uint32_t i = 0; i < 4; ++i) checkpoint.pages[i] = {i, std::string(50'000, 'p')};
      ASSERT_TRUE(log->SaveCheckpoint(checkpoint).ok());
      EXPECT_GT(log->SizeBytes(), 0U);
    }
  });
  for (uint64_t number = 1; number <= kEpochs; ++number) {
    ASSERT_TRUE(log->Append(number, NumberedEpoch(number)).ok());
    appended.store(number);
  }
  saver.join();
  log.reset();
  log = OpenLog(dir.path());
  EXPECT_EQ(log->LoadCheckpoint().value()->epoch, kEpochs);
  EXPECT_EQ(Replayed(*log, kEpochs).value(), std::vector<uint64_t>());
}

}  // namespace
}  // namespace gmewatch
