// gmewatchd is killed at each named point of its work: around writes, syncs and answers, in
// recovery, in a reload, in a drain. What was counted equals the clients' ledgers.
#include <csignal>
#include <filesystem>

#include "tests/integration/kill_fixture.h"

namespace gmewatch {
namespace {

// Where a kill is wanted, and what makes the daemon come by there.
enum class When { kServing, kStart, kReload, kDrain };
struct NamedPoint {
  const char* name;
  When when;
  KillPlace place;
  uint32_t nth_max;  // the kill is at the 1st to this call, at random
};

std::ostream& operator<<(std::ostream& out, const NamedPoint& point) { return out << point.name; }

constexpr char kJournal[] = "journal.db";
constexpr char kJournalWal[] = "journal.db-wal";
constexpr char kState[] = "state.db";
constexpr char kStateWal[] = "state.db-wal";
constexpr auto kRead = kKillAtRead;
constexpr auto kWrite = kKillAtWrite;
constexpr auto kSync = kKillAtSync;
constexpr auto kSend = kKillAtSend;
constexpr auto kLog = kKillAtLog;

const NamedPoint kPoints[] = {
    {"before a write of an append", When::kServing, {kWrite, kJournalWal, false}, 200},
    {"after a write of an append", When::kServing, {kWrite, kJournalWal, true}, 200},
    {"before the sync of a commit", When::kServing, {kSync, kJournalWal, false}, 50},
    {"after the sync of a commit, before it is applied",
     When::kServing,
     {kSync, kJournalWal, true},
     50},
    {"after it is applied, before an answer", When::kServing, {kSend, "", false}, 200},
    {"after an answer", When::kServing, {kSend, "", true}, 200},
    {"before a write of a checkpoint", When::kServing, {kWrite, kStateWal, false}, 40},
    {"after a write of a checkpoint", When::kServing, {kWrite, kStateWal, true}, 40},
    {"before the sync of a checkpoint", When::kServing, {kSync, kStateWal, false}, 2},
    {"after the sync of a checkpoint", When::kServing, {kSync, kStateWal, true}, 2},
    {"while the journal's WAL is copied back", When::kServing, {kWrite, kJournal, true}, 40},
    {"in a start, while the journal's WAL is copied back",
     When::kStart,
     {kWrite, kJournal, true},
     5},
    {"in a start, before the sync of journal.db", When::kStart, {kSync, kJournal, false}, 1},
    {"in a start, after the sync of journal.db", When::kStart, {kSync, kJournal, true}, 1},
    {"in a start, while the checkpoint's WAL is copied back",
     When::kStart,
     {kWrite, kState, true},
     5},
    {"in a start, before the sync of state.db", When::kStart, {kSync, kState, false}, 1},
    {"in a start, after the sync of state.db", When::kStart, {kSync, kState, true}, 1},
    {"in recovery, reading the checkpoint", When::kStart, {kRead, kState, true}, 5},
    {"in recovery, reading the checkpoint's WAL", When::kStart, {kRead, kStateWal, true}, 10},
    {"in recovery, reading the epochs' WAL", When::kStart, {kRead, kJournalWal, true}, 30},
    {"after recovery", When::kStart, {kLog, "recovered", true}, 1},
    {"before the first commit of a start", When::kStart, {kSync, kJournalWal, false}, 1},
    {"after the first commit of a start", When::kStart, {kSync, kJournalWal, true}, 1},
    {"as soon as it is ready", When::kStart, {kLog, "ready", true}, 1},
    {"before a commit in a reload", When::kReload, {kSync, kJournalWal, false}, 2},
    {"after a commit in a reload", When::kReload, {kSync, kJournalWal, true}, 2},
    {"after a reload", When::kReload, {kLog, "reloaded", true}, 1},
    {"at the begin of a drain", When::kDrain, {kLog, "stopping", true}, 1},
    {"before a commit of a drain", When::kDrain, {kSync, kJournalWal, false}, 2},
    {"before the sync of the last checkpoint", When::kDrain, {kSync, kStateWal, false}, 1},
    {"after the sync of the last checkpoint", When::kDrain, {kSync, kStateWal, true}, 1},
    {"while a drain copies the journal's WAL back", When::kDrain, {kWrite, kJournal, true}, 20},
    {"while a drain copies the checkpoint's WAL back", When::kDrain, {kWrite, kState, true}, 10},
    {"before the last sync of state.db", When::kDrain, {kSync, kState, false}, 1},
};

bool HasContents(const std::string& directory, const char* file) {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(absl::StrCat(directory, "/", file), error);
  return !error && size > 0;
}

// Kills once at the point and starts again; false if the daemon did not come by there in time.
bool KillAt(LedgerSite* site, const NamedPoint& point, int nth) {
  if (point.when == When::kStart) {
    // A start empties the WALs: one that is read at the next has to be filled before.
    const bool filled = AwaitTrue(
        [site] {
          return HasContents(site->StateDir(), kJournalWal) &&
                 HasContents(site->StateDir(), kStateWal);
        },
        absl::Seconds(20));
    if (!filled) return false;
    site->daemon().process().Signal(SIGKILL);
    site->daemon().process().Wait();
    site->kill_point().Set(point.place, nth);
    if (!site->Restart()) return false;
    // The point may have been reached after Restart saw that it was ready.
    const bool reached = site->kill_point().reached();
    site->kill_point().Clear();
    const bool ended = reached && site->daemon().process().Wait(absl::Milliseconds(100)) >= 0;
    return ended ? site->Restart() : reached;
  }
  site->kill_point().Set(point.place, nth);
  if (point.when == When::kReload) site->daemon().process().Signal(SIGHUP);
  if (point.when == When::kDrain) site->daemon().process().Signal(SIGTERM);
  const int status = site->daemon().process().Wait(absl::Seconds(20));
  const bool reached = site->kill_point().reached();
  site->kill_point().Clear();
  if (status < 0) site->daemon().process().Signal(SIGKILL);
  site->daemon().process().Wait();
  return site->Restart() && reached;
}

using KillPointTest = KillTest;

// A start passes some points only if there is something to move: it is tried again.
constexpr uint32_t kAttempts = 10;

TEST_F(KillPointTest, CountsEqualTheLedgersOverKillsAtEveryNamedPoint) {
  LedgerSite site(options_);
  ASSERT_TRUE(site.Start());
  const uint64_t wanted = NumberOr("GMEWATCH_KILLS_PER_POINT", 1);
  uint32_t kills = 0;
  for (const NamedPoint& point : kPoints) {
    uint32_t reached = 0;
    for (uint32_t attempt = 0; attempt < kAttempts * wanted && reached < wanted && !HasFailure();
         ++attempt) {
      // What was not reached at a random call is at the first.
      const int nth = attempt > reached ? 1 : 1 + static_cast<int>(random_() % point.nth_max);
      reached += KillAt(&site, point, nth) ? 1 : 0;
    }
    EXPECT_EQ(reached, wanted) << point;
    kills += reached;
  }
  std::cout << kills << " kills at " << std::size(kPoints) << " points\n";
  ExpectNothingWrong(site.Finish());
}

}  // namespace
}  // namespace gmewatch
