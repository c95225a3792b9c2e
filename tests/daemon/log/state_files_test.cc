// journal.db and state.db belong together, and a start notices if one of them, or a WAL, is of
// another state, of another time, or missing.
#include "daemon/log/state_files.h"

#include <filesystem>
#include <fstream>

#include "daemon/log/sqlite_log.h"
#include "tests/daemon/log/log_fixture.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

namespace fs = std::filesystem;

// The error of a start, with what it says to do.
void ExpectDamage(const std::string& dir, const std::string& message) {
  const absl::Status status = SqliteLog::Open(dir).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(message), HasSubstr("restore the state directory from a backup")));
}

std::vector<std::string> StateIds(const TempDir& dir) {
  std::vector<std::string> ids;
  for (const char* file : {"journal.db", "state.db"}) {
    const std::vector<std::string> rows =
        Shell(dir.File(file)).Run("SELECT value FROM meta WHERE key = 'state_id'");
    ids.insert(ids.end(), rows.begin(), rows.end());
  }
  return ids;
}

void Copy(const TempDir& from, const TempDir& to, const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    fs::copy_file(from.File(file), to.File(file), fs::copy_options::overwrite_existing);
  }
}

// Ten epochs and a checkpoint of the first four.
void MakeState(const std::string& dir) {
  std::unique_ptr<SqliteLog> log = OpenLog(dir);
  ASSERT_TRUE(AppendNumbers(*log, 1, 10).ok());
  ASSERT_TRUE(SaveEpoch(*log, 4).ok());
}

TEST(StateFilesTest, BothFilesHaveTheSameRandomId) {
  TempDir one;
  TempDir other;
  OpenLog(one.path()).reset();
  OpenLog(other.path()).reset();
  ASSERT_THAT(StateIds(one), SizeIs(2));
  EXPECT_EQ(StateIds(one)[0], StateIds(one)[1]);
  EXPECT_THAT(StateIds(one)[0], SizeIs(32));
  EXPECT_NE(StateIds(one)[0], StateIds(other)[0]);
  const std::vector<std::string> before = StateIds(one);
  OpenLog(one.path()).reset();
  EXPECT_EQ(StateIds(one), before);
}

TEST(StateFilesTest, AFileOfAnotherStateIsNoticed) {
  for (const char* file : {"journal.db", "state.db"}) {
    TempDir one;
    TempDir other;
    MakeState(one.path());
    MakeState(other.path());
    Copy(other, one, {file});
    ExpectDamage(one.path(), "journal.db and " + one.File("state.db") +
                                 " do not belong together: the first is of state " +
                                 StateIds(one)[0] + ", the second of state " + StateIds(one)[1]);
  }
}

TEST(StateFilesTest, AFileWithoutAnIdIsNotTakenForOneThatHasIt) {
  for (const char* file : {"journal.db", "state.db"}) {
    TempDir dir;
    MakeState(dir.path());
    Shell(dir.File(file)).Run("DELETE FROM meta WHERE key = 'state_id'");
    ExpectDamage(dir.path(), "without an id");
  }
}

TEST(StateFilesTest, AFileThatIsMissingIsNoticedBeforeTheFirstCheckpointToo) {
  for (const char* file : {"journal.db", "state.db"}) {
    TempDir dir;
    ASSERT_TRUE(AppendNumbers(*OpenLog(dir.path()), 1, 3).ok());
    fs::remove(dir.File(file));
    for (int start = 0; start < 2; ++start) {
      ExpectDamage(dir.path(), dir.File(file) + " is missing or empty, but ");
    }
  }
}

TEST(StateFilesTest, TwoMissingFilesAreNoticed) {
  TempDir dir;
  MakeState(dir.path());
  fs::remove(dir.File("journal.db"));
  fs::remove(dir.File("state.db"));
  ExpectDamage(dir.path(), "journal.mark says that epoch 10 was committed");
}

// Copies of the files of a process that was killed: `damage` is done to them.
void ExpectAfterAKill(const std::function<void(const TempDir&)>& damage, bool is_noticed) {
  TempDir running;
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(running.path());
  ASSERT_TRUE(AppendNumbers(*log, 1, 10).ok());
  ASSERT_TRUE(SaveEpoch(*log, 4).ok());
  ASSERT_TRUE(AppendNumbers(*log, 11, 20).ok());
  Copy(running, dir, {"journal.db", "journal.db-wal", "state.db", "state.db-wal", "journal.mark"});
  damage(dir);
  if (is_noticed) {
    // Or by a file that has nothing yet without its WAL.
    ExpectDamage(dir.path(), ", but " + dir.File(""));
  } else {
    EXPECT_EQ(Replayed(*OpenLog(dir.path()), 4).value(), Numbers(5, 20));
  }
}

TEST(StateFilesTest, AWalThatIsMissingOrShortIsNoticed) {
  ExpectAfterAKill([](const TempDir&) {}, /*is_noticed=*/false);
  ExpectAfterAKill([](const TempDir& dir) { fs::remove(dir.File("journal.db-wal")); }, true);
  ExpectAfterAKill(
      [](const TempDir& dir) {
        const std::string wal = dir.File("journal.db-wal");
        fs::resize_file(wal, fs::file_size(wal) - 1);
      },
      true);
  // Both, as a copy of the main files alone would be.
  ExpectAfterAKill(
      [](const TempDir& dir) {
        fs::remove(dir.File("journal.db-wal"));
        fs::remove(dir.File("state.db-wal"));
      },
      true);
}

TEST(StateFilesTest, ALargeWalIsMadeDurable) {
  TempDir running;
  TempDir dir;
  std::unique_ptr<SqliteLog> log = OpenLog(running.path());
  ASSERT_TRUE(log->Append(1, NumberedEpoch(1, 3'000'000)).ok());
  Copy(running, dir, {"journal.db", "journal.db-wal", "state.db", "state.db-wal"});
  ASSERT_GT(fs::file_size(dir.File("journal.db-wal")), 3'000'000U);
  std::unique_ptr<SqliteLog> copy = OpenLog(dir.path());
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(fs::file_size(dir.File("journal.db-wal")), 0U);
  EXPECT_EQ(Replayed(*copy, 0).value(), Numbers(1, 1));
}

TEST(StateFilesTest, ABitFlippedAtTheEndOfTheWalIsNoticed) {
  ExpectAfterAKill(
      [](const TempDir& dir) {
        std::fstream wal(dir.File("journal.db-wal"), std::ios::in | std::ios::out);
        wal.seekp(-100, std::ios::end);
        wal.put('x');
      },
      true);
}

TEST(StateFilesTest, AMarkThatIsMissingOrDamagedStopsNothing) {
  ExpectAfterAKill([](const TempDir& dir) { fs::remove(dir.File("journal.mark")); }, false);
  ExpectAfterAKill([](const TempDir& dir) { fs::resize_file(dir.File("journal.mark"), 40); },
                   false);
  ExpectAfterAKill(
      [](const TempDir& dir) {
        std::fstream mark(dir.File("journal.mark"), std::ios::in | std::ios::out);
        mark.seekp(50);
        mark.put('9');
      },
      false);
}

TEST(StateFilesTest, WaitsForNoReaderAtAStartWithoutAWal) {
  TempDir dir;
  MakeState(dir.path());
  Shell shell(dir.File("state.db"));
  shell.Run("BEGIN; SELECT count(*) FROM meta");
  EXPECT_NE(OpenLog(dir.path()), nullptr);
}

}  // namespace
}  // namespace gmewatch
