#include "daemon/log/sqlite_checkpoint.h"

#include <string>

#include "tests/daemon/log/log_fixture.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Checkpoint CheckpointAt(int64_t next_offset) {
  Checkpoint checkpoint;
  checkpoint.epoch = static_cast<uint64_t>(next_offset);
  PartitionRow row;
  row.topic = "epochs";
  row.next_offset = next_offset;
  row.time_ms = 5000;
  checkpoint.partitions = {row};
  return checkpoint;
}

std::unique_ptr<SqliteCheckpoint> Open(const std::string& dir) {
  absl::StatusOr<std::unique_ptr<SqliteCheckpoint>> store = SqliteCheckpoint::Open(dir);
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : nullptr;
}

TEST(SqliteCheckpointTest, KeepsTheNewestCheckpointInStateDbAlone) {
  const TempDir dir;
  {
    const auto store = Open(dir.path());
    ASSERT_TRUE(store->LoadCheckpoint().ok());
    EXPECT_FALSE((*store->LoadCheckpoint()).has_value());
    ASSERT_TRUE(store->SaveCheckpoint(CheckpointAt(7)).ok());
    ASSERT_TRUE(store->SaveCheckpoint(CheckpointAt(9)).ok());
    EXPECT_EQ(*store->CountStart(), 1U);
  }
  const auto store = Open(dir.path());
  const auto loaded = store->LoadCheckpoint();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_EQ((*loaded)->partitions.size(), 1U);
  EXPECT_EQ((*loaded)->partitions[0].next_offset, 9);
  EXPECT_EQ(*store->CountStart(), 2U);
  EXPECT_NE(access((dir.path() + "/journal.db").c_str(), F_OK), 0);
}

TEST(SqliteCheckpointTest, RejectsTheStateOfADaemonWithALogOfItsOwn) {
  const TempDir dir;
  {
    const auto log = OpenLog(dir.path());
    ASSERT_TRUE(AppendNumbers(*log, 1, 3).ok());
    ASSERT_TRUE(SaveEpoch(*log, 3).ok());
  }
  const absl::Status status = SqliteCheckpoint::Open(dir.path()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("role all"), HasSubstr("--state_dir")));
  // Nor if somebody copied state.db alone.
  ASSERT_EQ(unlink((dir.path() + "/journal.db").c_str()), 0);
  EXPECT_THAT(std::string(Open(dir.path())->LoadCheckpoint().status().message()),
              HasSubstr("role all"));
}

TEST(SqliteCheckpointTest, ADaemonWithALogOfItsOwnRejectsTheStateOfACounter) {
  const TempDir dir;
  ASSERT_TRUE(Open(dir.path())->SaveCheckpoint(CheckpointAt(7)).ok());
  const absl::Status status = SqliteLog::Open(dir.path()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("role counter"));
}

TEST(SqliteCheckpointTest, DamageSaysWhatToDo) {
  const TempDir dir;
  ASSERT_TRUE(Open(dir.path())->SaveCheckpoint(CheckpointAt(7)).ok());
  Shell(dir.path() + "/state.db").Run("UPDATE partitions SET next_offset = 6");
  const absl::Status status = Open(dir.path())->LoadCheckpoint().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("take the state of another counter"));
}

}  // namespace
}  // namespace gmewatch
