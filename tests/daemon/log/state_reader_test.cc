// Whatever changes in state.db without a checkpoint is noticed, and the error names the row.
#include "daemon/log/state_reader.h"

#include "daemon/log/state_schema.h"
#include "daemon/log/state_tables.h"
#include "tests/daemon/log/log_fixture.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<StateTables> OpenTables(const TempDir& dir) {
  std::unique_ptr<SqliteConnection> file =
      SqliteConnection::Open(dir.File("state.db"), StateSchema()).value();
  if (file->is_new()) {
    EXPECT_TRUE(file->Create().ok());
  }
  return StateTables::Open(std::move(file)).value();
}

void MakeTables(const TempDir& dir) {
  Checkpoint c;
  c.epoch = 7;
  c.time_ms = 1000;
  c.policy = "policy";
  c.triage = "triage";
  c.batches_counted = 3;
  c.rejected[2] = {1, 5};
  c.codes = {{0, 0, false, true}, {1, 1005, true, true}};
  c.places = {{0, {"shooter", "eu"}, true, 11, 12, {1, 0, 3, 0, 0}}, {1, {"racer", "us"}}};
  c.counters = {{0, 0, 4, 2, 1}, {0, 1, 100, 10, 0}, {1, 1, 7, 1, 0}};
  c.pages = {{0, "first page"}, {1, "second page"}};
  c.detector = {{{}, "head"}, {{"racer", "us"}, "row"}};
  c.partitions.resize(2);
  c.partitions[1].partition = 1;
  ASSERT_TRUE(OpenTables(dir)->Save(c).ok());
}

void ExpectAfter(const std::string& sql, const std::string& message) {
  TempDir dir;
  MakeTables(dir);
  ASSERT_TRUE(OpenTables(dir)->Load().ok());
  Shell(dir.File("state.db")).Run(sql);
  const absl::Status status = OpenTables(dir)->Load().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << sql;
  EXPECT_THAT(std::string(status.message()), HasSubstr(dir.File("state.db") + ": damaged")) << sql;
  EXPECT_THAT(std::string(status.message()), HasSubstr(message)) << sql;
}

TEST(StateReaderTest, NamesThePlaceWhoseCountsChanged) {
  const std::string first = "row 0 of places (app shooter, region eu)";
  ExpectAfter("UPDATE counters SET events = events + 1 WHERE place_id = 0 AND slot = 1", first);
  ExpectAfter("UPDATE counters SET sessions = 3 WHERE place_id = 0 AND slot = 0", first);
  ExpectAfter("UPDATE counters SET late_events = 3 WHERE place_id = 0 AND slot = 1", first);
  ExpectAfter("DELETE FROM counters WHERE place_id = 0 AND slot = 1", first);
  ExpectAfter("INSERT INTO counters VALUES(0, 2, 1, 1, 0)", first);
  ExpectAfter("UPDATE places SET success_events = 12 WHERE id = 0", first);
  ExpectAfter("UPDATE places SET lost_unspecified = 2 WHERE id = 0", first);
  ExpectAfter("UPDATE places SET shown = 0 WHERE id = 0", first);
  ExpectAfter("UPDATE places SET region = 'u' WHERE id = 1",
              "row 1 of places (app racer, region u)");
  ExpectAfter("UPDATE counters SET place_id = 1 WHERE place_id = 0 AND slot = 0", first);
}

TEST(StateReaderTest, NamesThePageThatChanged) {
  ExpectAfter("UPDATE session_pages SET bytes = CAST('second pagf' AS BLOB) WHERE page = 1",
              "row 1 of session_pages");
  ExpectAfter("UPDATE session_pages SET page = 2 WHERE page = 1", "row 2 of session_pages");
  ExpectAfter("UPDATE detector_pages SET bytes = CAST('rox' AS BLOB) WHERE app = 'racer'",
              "row (app racer, region us) of detector_pages");
}

TEST(StateReaderTest, NoticesARowThatIsMissing) {
  const std::string last = "the last row of places, session_pages or detector_pages";
  ExpectAfter("DELETE FROM session_pages WHERE page = 1", last);
  ExpectAfter("DELETE FROM detector_pages WHERE app = 'racer'", last);
  ExpectAfter("DELETE FROM places WHERE id = 1; DELETE FROM counters WHERE place_id = 1", last);
}

TEST(StateReaderTest, NoticesWhatChangedInTheOtherTables) {
  const std::string other = "a row of meta, codes, rejected or partitions";
  ExpectAfter("UPDATE meta SET value = 4 WHERE key = 'batches_counted'", other);
  ExpectAfter("UPDATE meta SET value = 8 WHERE key = 'epoch'", other);
  ExpectAfter("UPDATE meta SET value = CAST('polixy' AS BLOB) WHERE key = 'policy'", other);
  ExpectAfter("UPDATE meta SET value = CAST('' AS BLOB) WHERE key = 'triage'", other);
  ExpectAfter("DELETE FROM meta WHERE key = 'crc'", other);
  ExpectAfter("UPDATE codes SET code = 1006 WHERE slot = 1", other);
  ExpectAfter("UPDATE rejected SET events = 4 WHERE number = 2", other);
  ExpectAfter("UPDATE partitions SET next_offset = 4 WHERE partition = 0", other);
  ExpectAfter("DELETE FROM partitions WHERE partition = 0", other);
  ExpectAfter("UPDATE partitions SET state = CAST('x' AS BLOB) WHERE partition = 0",
              "row 0 of partitions: the state of a partition cannot be read");
}

}  // namespace
}  // namespace gmewatch
