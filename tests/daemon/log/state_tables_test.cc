#include "daemon/log/state_tables.h"

#include <limits>

#include "absl/strings/escaping.h"
#include "daemon/log/state_schema.h"
#include "tests/daemon/log/log_fixture.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;

constexpr uint64_t kLargest = std::numeric_limits<uint64_t>::max();

// A checkpoint as text, so that a person can read a difference.
std::string Text(const Checkpoint& c) {
  std::string text = absl::StrCat("epoch ", c.epoch, " time ", c.time_ms, " steady ", c.steady_ms,
                                  " policy ", c.policy, " batches ", c.batches_counted, " ",
                                  c.batches_duplicate, "\nrejected");
  for (const Rejected& r : c.rejected) absl::StrAppend(&text, " ", r.batches, "/", r.events);
  for (const CodeRow& r : c.codes) {
    absl::StrAppend(&text, "\ncode ", r.slot, " ", r.code, " ", r.in_catalog, " ", r.shown);
  }
  for (const PlaceRow& r : c.places) {
    absl::StrAppend(&text, "\nplace ", r.id, " ", r.place.app, " ", r.place.region, " ", r.shown,
                    r.gone);
    absl::StrAppend(&text, " ", r.success_events, " ", r.sessions, " lost");
    for (const uint64_t lost : r.lost) absl::StrAppend(&text, " ", lost);
  }
  for (const CounterRow& r : c.counters) {
    absl::StrAppend(&text, "\ncounter ", r.place_id, " ", r.slot, " ", r.events, " ", r.sessions);
    absl::StrAppend(&text, " ", r.late);
  }
  for (const SessionPage& r : c.pages) absl::StrAppend(&text, "\npage ", r.index, " ", r.bytes);
  for (const DetectorPage& r : c.detector) {
    absl::StrAppend(&text, "\ndetector ", r.place.app, "/", r.place.region, " ", r.bytes);
  }
  for (const PartitionRow& r : c.partitions) {
    absl::StrAppend(&text, "\npartition ", r.topic, " ", r.partition, " ", r.next_offset, " ");
    absl::StrAppend(&text, r.time_ms, " ", absl::CHexEscape(r.SerializeState()));
  }
  absl::StrAppend(&text, "\ntriage ", c.triage, "\nsilence ", c.silence);
  return text;
}

PartitionRow SomePartition(int32_t number) {
  PartitionRow row;
  row.topic = "gmewatch.epochs";
  row.partition = number;
  row.next_offset = int64_t{1} << 50;
  row.time_ms = 1'700'000'000'000 + number;
  row.steady_ms = 5;
  row.once_horizon_ms = 6;
  row.once_oldest_ms = 7;
  row.granted_codes = {1005, -1};
  row.granted_requests = {{-1, "shooter"}, {1005, ""}};
  WriterSums& writer = row.writers.emplace_back();
  writer.writer = {1, 2};
  writer.sequence = 3;
  writer.offset = 4;
  writer.rejected[kRejectReasons - 1] = {5, 6};
  row.counted = {.offset = 0,
                 .batches_counted = 1,
                 .batches_duplicate = 2,
                 .batches_rejected = 3,
                 .events = 4,
                 .sessions = 5};
  row.checks = {row.counted, row.counted};
  return row;
}

Checkpoint FirstCheckpoint() {
  Checkpoint c;
  c.epoch = 7;
  c.time_ms = -5;
  c.steady_ms = 6;
  c.policy = std::string("a\0b", 3);
  c.batches_counted = kLargest;
  c.batches_duplicate = 2;
  for (size_t i = 0; i < kRejectReasons; ++i) c.rejected[i] = {i, 10 * i};
  c.codes = {{0, 0, false, true}, {1, 1005, true, true}, {2, -1, false, false}};
  c.places = {{0, {"shooter", "eu"}, true, 11, 12, {1, 2, 3, 4, 5}},
              {1, {"racer", "us"}, false, kLargest, 0, {}, true}};
  c.counters = {{0, 0, 4, 2, 1}, {0, 1, 100, 10, 0}, {1, 1, kLargest, 1, 0}, {1, 2, 5, 1, 1}};
  c.pages = {{0, std::string(5000, 'a')}, {1, ""}, {7, "seven"}};
  // In the order in which they are loaded.
  c.detector = {{{}, std::string("he\0ad", 5)},
                {{"all", "all"}, std::string(9000, 'd')},
                {{"racer", "us"}, ""}};
  c.partitions = {SomePartition(0), SomePartition(1)};
  c.triage = std::string("tri\0age", 7);
  c.silence = std::string("sil\0ence", 8);
  return c;
}

std::unique_ptr<StateTables> OpenTables(const TempDir& dir) {
  absl::StatusOr<std::unique_ptr<SqliteConnection>> file =
      SqliteConnection::Open(dir.File("state.db"), StateSchema());
  EXPECT_TRUE(file.ok()) << file.status();
  if ((*file)->is_new()) {
    EXPECT_TRUE((*file)->Create().ok());
  }
  absl::StatusOr<std::unique_ptr<StateTables>> tables = StateTables::Open(*std::move(file));
  EXPECT_TRUE(tables.ok()) << tables.status();
  return tables.ok() ? *std::move(tables) : nullptr;
}

std::string Reloaded(const TempDir& dir) { return Text(OpenTables(dir)->Load().value().value()); }

TEST(StateTablesTest, ComesBackAsItWasSaved) {
  TempDir dir;
  std::unique_ptr<StateTables> tables = OpenTables(dir);
  ASSERT_TRUE(tables->Save(FirstCheckpoint()).ok());
  EXPECT_EQ(Text(tables->Load().value().value()), Text(FirstCheckpoint()));
  tables.reset();
  EXPECT_EQ(Reloaded(dir), Text(FirstCheckpoint()));
}

TEST(StateTablesTest, MergesWhatChanged) {
  TempDir dir;
  Checkpoint whole = FirstCheckpoint();
  ASSERT_TRUE(OpenTables(dir)->Save(whole).ok());

  Checkpoint second = whole;
  second.epoch = 9;
  second.rejected[2] = {77, 78};
  second.codes[2].shown = true;
  second.codes.push_back({3, 32775, true, false});
  second.places = {{1, {"racer", "us"}, true, 5, 6, {0, 0, 0, 0, 9}}, {2, {"quiz", ""}}};
  second.counters = {{1, 1, 8, 2, 0}, {1, 2, 5, 1, 1}, {2, 3, 1, 1, 0}};
  second.detector = {{{}, "head"}, {{"racer", "us"}, "r"}, {{"quiz", ""}, "q"}};
  second.pages = {{1, "one"}, {0, std::string(5000, 'a').replace(4500, 3, "xyz")}};
  ASSERT_TRUE(OpenTables(dir)->Save(second).ok());

  Checkpoint third = second;
  third.epoch = 12;
  third.policy = "";
  third.triage = "";
  third.silence = "";
  third.places.clear();
  third.counters.clear();
  third.pages = {{7, "longer than before"}};
  third.detector.clear();
  ASSERT_TRUE(OpenTables(dir)->Save(third).ok());

  whole = third;
  whole.places = {FirstCheckpoint().places[0], second.places[0], second.places[1]};
  whole.counters = {
      {0, 0, 4, 2, 1}, {0, 1, 100, 10, 0}, {1, 1, 8, 2, 0}, {1, 2, 5, 1, 1}, {2, 3, 1, 1, 0}};
  whole.pages = {second.pages[1], second.pages[0], third.pages[0]};
  whole.detector = {second.detector[0], FirstCheckpoint().detector[1], second.detector[2],
                    second.detector[1]};
  EXPECT_EQ(Reloaded(dir), Text(whole));
}

TEST(StateTablesTest, DropsTheSessionPagesThatAreGone) {
  TempDir dir;
  Checkpoint checkpoint = FirstCheckpoint();
  ASSERT_TRUE(OpenTables(dir)->Save(checkpoint).ok());
  checkpoint.pages = {{1, "one"}};
  checkpoint.page_count = 2;
  ASSERT_TRUE(OpenTables(dir)->Save(checkpoint).ok());
  const Checkpoint loaded = OpenTables(dir)->Load().value().value();
  ASSERT_EQ(loaded.pages.size(), 2U);
  EXPECT_EQ(loaded.pages[1].bytes, "one");
}

TEST(StateTablesTest, ACompleteDetectorStateReplacesTheSavedOne) {
  TempDir dir;
  std::unique_ptr<StateTables> tables = OpenTables(dir);
  Checkpoint checkpoint = FirstCheckpoint();
  ASSERT_TRUE(tables->Save(checkpoint).ok());
  checkpoint.epoch = 8;
  checkpoint.detector = {{{}, "new head"}, {{"racer", "us"}, "row"}};
  checkpoint.detector_whole = true;
  ASSERT_TRUE(tables->Save(checkpoint).ok());
  EXPECT_EQ(tables->Load().value()->detector, checkpoint.detector);
  // Later changes are merged again.
  Checkpoint next = checkpoint;
  next.epoch = 9;
  next.detector = {{{"racer", "us"}, "changed"}};
  next.detector_whole = false;
  ASSERT_TRUE(tables->Save(next).ok());
  tables.reset();
  EXPECT_EQ(OpenTables(dir)->Load().value()->detector,
            (std::vector<DetectorPage>{{{}, "new head"}, {{"racer", "us"}, "changed"}}));
}

// A file of a version that knew no log of several processes.
TEST(StateTablesTest, AFileWithoutPartitionsGetsTheirTable) {
  TempDir dir;
  Checkpoint checkpoint = FirstCheckpoint();
  checkpoint.partitions.clear();
  ASSERT_TRUE(OpenTables(dir)->Save(checkpoint).ok());
  Shell(dir.File("state.db"))
      .Run("DROP TABLE partitions; UPDATE meta SET value = 2 WHERE key = 'schema_version'");
  EXPECT_EQ(Reloaded(dir), Text(checkpoint));
  checkpoint.partitions = FirstCheckpoint().partitions;
  ASSERT_TRUE(OpenTables(dir)->Save(checkpoint).ok());
  EXPECT_EQ(Reloaded(dir), Text(checkpoint));
}

TEST(StateTablesTest, CanBeQueriedByPeopleMeanwhile) {
  TempDir dir;
  std::unique_ptr<StateTables> tables = OpenTables(dir);
  Checkpoint checkpoint = FirstCheckpoint();
  checkpoint.counters[2].events = 6;
  ASSERT_TRUE(tables->Save(checkpoint).ok());
  Shell shell(dir.File("state.db"));
  EXPECT_THAT(shell.Run("SELECT app, region, code, events, sessions, late_events "
                        "FROM error_events ORDER BY app, code"),
              ElementsAre("racer|us|-1|5|1|1", "racer|us|1005|6|1|0", "shooter|eu|1005|100|10|0",
                          "shooter|eu|other|4|2|1"));
  EXPECT_THAT(shell.Run("SELECT lost_unspecified, lost_spool_full FROM places WHERE id = 0"),
              ElementsAre("1|5"));
  EXPECT_THAT(shell.Run("SELECT reason, batches, events FROM rejected WHERE number = 3"),
              ElementsAre("overloaded|3|30"));
  EXPECT_THAT(shell.Run("SELECT value FROM meta WHERE key = 'epoch'"), ElementsAre("7"));
  EXPECT_THAT(shell.Run("PRAGMA application_id"), ElementsAre(absl::StrCat(0x474d5753)));
}

}  // namespace
}  // namespace gmewatch
