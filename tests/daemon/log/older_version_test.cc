// A state directory of a version without ids, checksums and mark is read, and has all three
// afterwards. The files version1/*.sql are what that version wrote.
#include <fstream>
#include <sstream>

#include "daemon/log/sqlite_log.h"
#include "tests/daemon/log/log_fixture.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

void MakeVersion1(const TempDir& dir) {
  for (const char* name : {"journal", "state"}) {
    std::ifstream file(absl::StrCat(GMEWATCH_TEST_DATA, "/version1/", name, ".sql"));
    std::ostringstream sql;
    sql << file.rdbuf();
    ASSERT_FALSE(sql.str().empty()) << name;
    const std::string path = dir.File(absl::StrCat(name, ".db"));
    std::ofstream(path).flush();
    Shell(path).Run(sql.str());
  }
}

TEST(OlderVersionTest, CountsSessionsAndTheDetectorsMemoryAreRead) {
  TempDir dir;
  MakeVersion1(dir);
  const std::vector<std::string> detector =
      Shell(dir.File("state.db")).Run("SELECT hex(bytes) FROM detector_pages ORDER BY app, region");
  // The second time it has its checksums.
  for (int start = 0; start < 2; ++start) {
    std::unique_ptr<SqliteLog> log = OpenLog(dir.path());
    ASSERT_NE(log, nullptr);
    const Checkpoint c = log->LoadCheckpoint().value().value();
    EXPECT_EQ(c.epoch, 4U);
    EXPECT_EQ(c.batches_counted, 3U);
    EXPECT_EQ(c.steady_ms, c.time_ms);  // sessions lived by the wall clock then
    ASSERT_EQ(c.places.size(), 2U);
    EXPECT_EQ(c.places[0].place, (Place{"shooter", "eu"}));
    EXPECT_EQ(c.places[1].success_events, 50U);
    std::vector<std::string> counts;
    for (const CounterRow& row : c.counters) {
      counts.push_back(absl::StrCat(row.place_id, ": ", c.codes[row.slot].code, " ", row.events));
    }
    EXPECT_THAT(counts,
                ElementsAre("0: 1005 7", "0: 7002 3", "1: 1005 2", "1: 1201 4", "1: 99999 1"));
    ASSERT_EQ(c.pages.size(), 1U);
    EXPECT_EQ(c.pages[0].bytes.size(), 4096U * 56);
    EXPECT_EQ(c.detector.size(), detector.size());
    EXPECT_EQ(Replayed(*log, c.epoch).value(), std::vector<uint64_t>());
  }
  EXPECT_EQ(
      Shell(dir.File("state.db")).Run("SELECT hex(bytes) FROM detector_pages ORDER BY app, region"),
      detector);
}

TEST(OlderVersionTest, HasChecksumsAndAnIdAfterwards) {
  TempDir dir;
  MakeVersion1(dir);
  OpenLog(dir.path()).reset();
  EXPECT_EQ(Shell(dir.File("journal.db")).Run("SELECT value FROM meta WHERE key = 'state_id'"),
            Shell(dir.File("state.db")).Run("SELECT value FROM meta WHERE key = 'state_id'"));
  Shell(dir.File("state.db")).Run("UPDATE counters SET events = 8 WHERE place_id = 0 AND slot = 6");
  EXPECT_THAT(OpenLog(dir.path())->LoadCheckpoint().status().ToString(),
              HasSubstr("row 0 of places (app shooter, region eu)"));
}

}  // namespace
}  // namespace gmewatch
