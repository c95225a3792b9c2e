// Damage on disk is an error that names the epoch or the file; damaged data is never counted.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "daemon/log/sqlite_log.h"
#include "tests/daemon/log/log_fixture.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

void ExpectStatus(const absl::Status& status, absl::StatusCode code, const std::string& message) {
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_THAT(status.ToString(), HasSubstr(message));
}

// A closed log of ten epochs, whose checkpoint covers the first two.
void MakeLog(const std::string& dir) {
  std::unique_ptr<SqliteLog> log = OpenLog(dir);
  for (uint64_t number = 1; number <= 10; ++number) {
    ASSERT_TRUE(log->Append(number, NumberedEpoch(number, 10'000)).ok());
  }
  ASSERT_TRUE(SaveEpoch(*log, 2).ok());
}

// The first error of opening, loading and replaying.
absl::Status Recover(const std::string& dir) {
  absl::StatusOr<std::unique_ptr<SqliteLog>> log = SqliteLog::Open(dir);
  if (!log.ok()) return log.status();
  const absl::StatusOr<std::optional<Checkpoint>> checkpoint = (*log)->LoadCheckpoint();
  if (!checkpoint.ok()) return checkpoint.status();
  return Replayed(**log, checkpoint->has_value() ? (*checkpoint)->epoch : 0).status();
}

void ExpectAfter(const std::string& file, const std::string& sql, const std::string& message) {
  TempDir dir;
  MakeLog(dir.path());
  Shell(dir.File(file)).Run(sql);
  ExpectStatus(Recover(dir.path()), absl::StatusCode::kDataLoss, message);
}

TEST(SqliteLogDamageTest, TheUndamagedLogRecovers) {
  TempDir dir;
  MakeLog(dir.path());
  EXPECT_TRUE(Recover(dir.path()).ok());
}

TEST(SqliteLogDamageTest, NamesAnEpochThatIsMissing) {
  ExpectAfter("journal.db", "DELETE FROM epochs WHERE number = 5",
              "journal.db: epoch 5 is missing; the next is 6");
  ExpectAfter("journal.db", "DELETE FROM epochs WHERE number <= 3",
              "journal.db: epoch 2 is missing; the next is 4");
  ExpectAfter("journal.db", "DELETE FROM epochs", "journal.db ends with epoch 0, but ");
}

TEST(SqliteLogDamageTest, NamesAnEpochWithABitFlipped) {
  for (const int at : {0, 500, 5000, 9000}) {
    TempDir dir;
    MakeLog(dir.path());
    Shell(dir.File("journal.db")).FlipBit("epochs", "record", 4, at);
    ExpectStatus(Recover(dir.path()), absl::StatusCode::kDataLoss,
                 "journal.db: epoch 4 is damaged: its checksum does not match");
  }
}

TEST(SqliteLogDamageTest, NamesAnEpochWhoseChecksumIsWrong) {
  ExpectAfter("journal.db", "UPDATE epochs SET crc = crc + 1 WHERE number = 10", "epoch 10");
  ExpectAfter("journal.db", "UPDATE epochs SET record = '' WHERE number = 7", "epoch 7");
}

// The commit that drops it would end the daemon.
TEST(SqliteLogDamageTest, NoticesDamageInAnEpochThatTheCheckpointCovers) {
  ExpectAfter("journal.db", "UPDATE epochs SET crc = crc + 1 WHERE number = 1",
              "journal.db: epoch 1 is damaged");
}

TEST(SqliteLogDamageTest, NoticesAPageOfZeros) {
  constexpr size_t kPage = 4096;
  TempDir made;
  MakeLog(made.path());
  const size_t pages = std::filesystem::file_size(made.File("journal.db")) / kPage;
  for (size_t page = 0; page < pages; ++page) {
    TempDir dir;
    std::filesystem::copy(made.path(), dir.path());
    std::fstream file(dir.File("journal.db"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(page * kPage));
    file << std::string(kPage, '\0');
    file.close();
    SCOPED_TRACE(page);
    ExpectStatus(Recover(dir.path()), absl::StatusCode::kDataLoss, "journal.db");
  }
}

TEST(SqliteLogDamageTest, NamesARecordThatIsNotAnEpoch) {
  // crc32("abc").
  ExpectAfter("journal.db",
              "UPDATE epochs SET record = CAST('abc' AS BLOB), crc = 891568578 WHERE number = 3",
              "journal.db: epoch 3: the record is not an EpochRecord");
}

TEST(SqliteLogDamageTest, NoticesALostStateFile) {
  TempDir dir;
  MakeLog(dir.path());
  std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
  ASSERT_TRUE(AppendNumbers(*log, 11, 11).ok());
  ASSERT_TRUE(SaveEpoch(*log, 11).ok());
  ASSERT_TRUE(AppendNumbers(*log, 12, 12).ok());
  log.reset();
  std::filesystem::remove(dir.File("state.db"));
  ExpectStatus(Recover(dir.path()), absl::StatusCode::kDataLoss,
               "state.db is missing or empty, but ");
}

TEST(SqliteLogDamageTest, NoticesALostEpochFile) {
  TempDir dir;
  MakeLog(dir.path());
  std::filesystem::remove(dir.File("journal.db"));
  ExpectStatus(Recover(dir.path()), absl::StatusCode::kDataLoss,
               "journal.db is missing or empty, but ");
}

TEST(SqliteLogDamageTest, NoticesACheckpointThatIsNotComplete) {
  ExpectAfter("state.db", "DELETE FROM meta WHERE key = 'time_ms'",
              "state.db: the table meta has 4 of the 5 rows of a checkpoint");
  ExpectAfter("state.db", "UPDATE rejected SET number = 99 WHERE number = 1",
              "state.db: reject reason 99 is unknown");
}

TEST(SqliteLogDamageTest, RejectsGarbage) {
  for (const char* file : {"journal.db", "state.db"}) {
    TempDir dir;
    std::ofstream(dir.File(file)) << std::string(10'000, 'g');
    ExpectStatus(Recover(dir.path()), absl::StatusCode::kDataLoss, dir.File(file));
    EXPECT_EQ(std::filesystem::file_size(dir.File(file)), 10'000U);
  }
}

TEST(SqliteLogDamageTest, RejectsTruncatedFiles) {
  for (const char* file : {"journal.db", "state.db"}) {
    TempDir dir;
    MakeLog(dir.path());
    std::filesystem::resize_file(dir.File(file), std::filesystem::file_size(dir.File(file)) / 2);
    ExpectStatus(Recover(dir.path()), absl::StatusCode::kDataLoss, dir.File(file));
  }
}

TEST(SqliteLogDamageTest, RejectsANewerSchemaAndAForeignFile) {
  for (const char* file : {"journal.db", "state.db"}) {
    TempDir dir;
    MakeLog(dir.path());
    Shell(dir.File(file)).Run("UPDATE meta SET value = 99 WHERE key = 'schema_version'");
    ExpectStatus(Recover(dir.path()), absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(dir.File(file), " was written by a newer gmewatchd"));
    Shell(dir.File(file)).Run("PRAGMA application_id = 5");
    ExpectStatus(Recover(dir.path()), absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(dir.File(file), " is not the file that is expected here"));
  }
}

TEST(SqliteLogDamageTest, LeavesAForeignFileAsItIs) {
  TempDir dir;
  std::ofstream(dir.File("state.db")).flush();
  Shell(dir.File("state.db")).Run("CREATE TABLE mine(x); INSERT INTO mine VALUES(1);");
  ExpectStatus(Recover(dir.path()), absl::StatusCode::kFailedPrecondition, "application_id is 0");
  Shell shell(dir.File("state.db"));
  EXPECT_THAT(shell.Run("PRAGMA journal_mode"), ElementsAre("delete"));
  EXPECT_THAT(shell.Run("SELECT name FROM sqlite_schema"), ElementsAre("mine"));
}

// Runs `check` as a user other than root, since file modes do not stop root. 0 if it returns true.
template <typename Check>
int AsNobody(Check check) {
  const pid_t child = fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0 && setuid(kNobody) != 0) _exit(2);
    _exit(check() ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

TEST(SqliteLogDamageTest, RejectsWhatItMayNotWrite) {
  TempDir dir;
  ASSERT_EQ(chmod(dir.path().c_str(), 0555), 0);
  EXPECT_EQ(AsNobody([&] {
              const absl::Status status = SqliteLog::Open(dir.path()).status();
              return absl::IsFailedPrecondition(status) &&
                     status.message() == absl::StrCat("state directory ", dir.path(),
                                                      " is not writable: Permission denied");
            }),
            0);
  ASSERT_EQ(chmod(dir.path().c_str(), 0777), 0);
  std::ofstream(dir.File("journal.db")).flush();
  ASSERT_EQ(chmod(dir.File("journal.db").c_str(), 0444), 0);
  EXPECT_EQ(AsNobody([&] {
              const absl::Status status = SqliteLog::Open(dir.path()).status();
              return absl::IsFailedPrecondition(status) &&
                     status.message() == absl::StrCat(dir.File("journal.db"),
                                                      " is not writable: Permission denied");
            }),
            0);
}

}  // namespace
}  // namespace gmewatch
