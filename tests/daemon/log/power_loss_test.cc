// allow(length): one harness of lives and its scripts
// Over several lives of the process, with kills, failing calls and power losses in between, the log
// has what it acknowledged, in order and once: every epoch for which Append returned Ok, and every
// epoch that a start read back and continued from. An epoch whose Append failed for want of room is
// not there. Nothing stops a start but a call that fails during it.
//
// GMEWATCH_POWER_LOSS_CASES=100000 runs that many random cases; GMEWATCH_POWER_LOSS_SEED begins
// with another one.
#include <filesystem>
#include <functional>
#include <iostream>
#include <random>
#include <sstream>

#include "daemon/log/event_log.h"
#include "daemon/log/sqlite_log.h"
#include "daemon/log/state_schema.h"
#include "tests/daemon/log/log_fixture.h"
#include "tests/daemon/log/simulated_disk.h"
#include "tests/support/environment.h"

namespace gmewatch {
namespace {

using OpenFn = std::function<absl::StatusOr<std::unique_ptr<EventLog>>(const std::string& dir)>;

absl::StatusOr<std::unique_ptr<EventLog>> OpenSqliteLog(const std::string& dir) {
  absl::StatusOr<std::unique_ptr<SqliteLog>> log = SqliteLog::Open(dir);
  if (!log.ok()) return log.status();
  return std::unique_ptr<EventLog>(*std::move(log));
}

// A control: it drops epochs because of a checkpoint that it has read and nobody has synced, or
// that it has moved from a WAL that nobody has synced.
class TrustingLog : public EventLog {
 public:
  static absl::StatusOr<std::unique_ptr<EventLog>> Open(const std::string& dir, bool moves_wal) {
    std::unique_ptr<SqliteConnection> files[2];
    const SqliteSchema schemas[2] = {EpochTable::Schema(), StateSchema()};
    for (int i = 0; i < 2; ++i) {
      absl::StatusOr<std::unique_ptr<SqliteConnection>> file =
          SqliteConnection::Open(dir + (i == 0 ? "/journal.db" : "/state.db"), schemas[i]);
      if (!file.ok()) return file.status();
      files[i] = *std::move(file);
      absl::Status status;
      if (files[i]->is_new()) {
        status = files[i]->Create();
      } else if (moves_wal) {
        status = files[i]->Execute("PRAGMA wal_checkpoint(TRUNCATE)");
      }
      if (!status.ok()) return status;
    }
    absl::StatusOr<std::unique_ptr<EpochTable>> epochs = EpochTable::Open(std::move(files[0]));
    if (!epochs.ok()) return epochs.status();
    absl::StatusOr<std::unique_ptr<StateTables>> state = StateTables::Open(std::move(files[1]));
    if (!state.ok()) return state.status();
    absl::StatusOr<uint64_t> covered = (*state)->CoveredEpoch();
    if (!covered.ok()) return covered.status();
    return std::unique_ptr<EventLog>(
        new TrustingLog(*std::move(epochs), *std::move(state), *covered));
  }

  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() override { return state_->Load(); }
  absl::Status Replay(uint64_t number,
                      const std::function<absl::Status(uint64_t, const Epoch&)>& apply) override {
    return epochs_->Replay(number, apply);
  }
  absl::Status Append(uint64_t number, const Epoch& epoch) override {
    absl::Status status = epochs_->Append(number, epoch, covered_);
    if (!status.ok() && !absl::IsResourceExhausted(status)) epochs_->LeaveFilesAlone();
    return status;
  }
  absl::Status SaveCheckpoint(const Checkpoint& checkpoint) override {
    absl::Status status = state_->Save(checkpoint);
    if (status.ok()) covered_ = checkpoint.epoch;
    if (!status.ok() && !absl::IsResourceExhausted(status)) state_->LeaveFilesAlone();
    return status;
  }
  uint64_t SizeBytes() override { return 0; }

 private:
  TrustingLog(std::unique_ptr<EpochTable> epochs, std::unique_ptr<StateTables> state,
              uint64_t covered)
      : epochs_(std::move(epochs)), state_(std::move(state)), covered_(covered) {}

  std::unique_ptr<EpochTable> epochs_;
  std::unique_ptr<StateTables> state_;
  uint64_t covered_;
};

enum class Step { kAppend, kAppendLarge, kSave };

// One life of the process. It begins with a start and ends with its last step, or earlier, as the
// daemon's does: with a kill, or when the log has failed permanently.
struct Life {
  DiskFaults faults;
  std::vector<Step> steps;
  bool killed = false;  // at the end; otherwise it stops
  bool loses_power = false;
};

std::string Text(const Life& life) {
  std::string text;
  for (const auto& [call, fault] : life.faults) {
    absl::StrAppend(&text, " fault ", static_cast<int>(fault), " at call ", call, ";");
  }
  for (const Step step : life.steps)
    absl::StrAppend(&text, " ", std::string(1, "aLs"[static_cast<int>(step)]));
  return absl::StrCat(text, life.killed ? " kill" : " stop", life.loses_power ? " power loss" : "");
}

// The lives of a process on one disk, with an oracle.
class Machine {
 public:
  Machine(const std::string& dir, OpenFn open, uint64_t seed)
      : dir_(dir), open_(std::move(open)), disk_(dir, seed) {
    std::filesystem::remove(Mark());
  }

  // Empty, or what was wrong.
  std::string Run(const Life& life) {
    disk_.BeginLife(life.faults);
    std::string wrong = LiveOn(life);
    calls_ = disk_.calls();
    if (life.loses_power) {
      disk_.LosePower();
      // The mark is never ahead of the disk; it may be lost.
      if (disk_.random()() % 3 == 0) std::filesystem::remove(Mark());
    }
    return wrong;
  }
  // The calls of the last life.
  uint64_t calls() const { return calls_; }
  SimulatedDisk& disk() { return disk_; }

 private:
  std::string Mark() const { return dir_ + "/journal.mark"; }

  std::string LiveOn(const Life& life) {
    absl::StatusOr<std::unique_ptr<EventLog>> log = open_(dir_);
    std::vector<uint64_t> found;
    absl::Status status = log.status();
    if (status.ok()) status = Recover(**log, &found);
    if (absl::IsDataLoss(status)) return absl::StrCat("does not start: ", status.ToString());
    if (!status.ok())
      return disk_.faulted() ? "" : absl::StrCat("does not start: ", status.ToString());
    std::vector<uint64_t> expected = acknowledged_;
    if (unknown_.has_value() && found.size() > expected.size()) expected.push_back(*unknown_);
    if (found != expected)
      return absl::StrCat("has ", ListOf(found), " instead of ", ListOf(expected));
    // A retry of any of them is acknowledged from now on.
    acknowledged_ = found;
    unknown_.reset();
    for (const Step step : life.steps) {
      if (!Do(step, **log)) break;
    }
    if (life.killed) disk_.Kill();
    return "";
  }

  static absl::Status Recover(EventLog& log, std::vector<uint64_t>* found) {
    const absl::StatusOr<std::optional<Checkpoint>> checkpoint = log.LoadCheckpoint();
    if (!checkpoint.ok()) return checkpoint.status();
    uint64_t covered = 0;
    if (checkpoint->has_value()) {
      covered = (*checkpoint)->epoch;
      for (const SessionPage& page : (*checkpoint)->pages) {
        std::istringstream ids(page.bytes);
        for (uint64_t id = 0; ids >> id;) found->push_back(id);
      }
      if (found->size() != covered) return absl::DataLossError("a checkpoint of another epoch");
    }
    return log.Replay(covered, [&](uint64_t number, const Epoch& epoch) {
      found->push_back(static_cast<uint64_t>(epoch.time_ms));
      return number == found->size() ? absl::OkStatus() : absl::DataLossError("out of order");
    });
  }

  // False if the process must end.
  bool Do(Step step, EventLog& log) {
    if (step == Step::kSave) {
      if (acknowledged_.empty()) return true;
      // A checkpoint that fails is not a reason to end.
      log.SaveCheckpoint(CheckpointOf(acknowledged_)).IgnoreError();
      return !disk_.killed();
    }
    Epoch epoch = NumberedEpoch(acknowledged_.size() + 1, step == Step::kAppend ? 100 : 300'000);
    epoch.time_ms = static_cast<int64_t>(++last_id_);
    const absl::Status status = log.Append(acknowledged_.size() + 1, epoch);
    if (status.ok()) {
      acknowledged_.push_back(last_id_);
      return true;
    }
    if (absl::IsResourceExhausted(status)) return true;
    unknown_ = last_id_;
    return false;
  }

  // It holds the numbers of all epochs up to its own, in pages as sessions are.
  static Checkpoint CheckpointOf(const std::vector<uint64_t>& ids) {
    Checkpoint checkpoint;
    checkpoint.epoch = ids.size();
    for (size_t i = 0; i < ids.size(); ++i) {
      if (i % 8 == 0) checkpoint.pages.push_back({static_cast<uint32_t>(i / 8), ""});
      absl::StrAppend(&checkpoint.pages.back().bytes, ids[i], " ");
    }
    return checkpoint;
  }

  static std::string ListOf(const std::vector<uint64_t>& ids) {
    std::string text = absl::StrCat(ids.size(), " epochs:");
    for (const uint64_t id : ids) absl::StrAppend(&text, " ", id);
    return text;
  }

  const std::string dir_;
  const OpenFn open_;
  SimulatedDisk disk_;
  uint64_t calls_ = 0;
  uint64_t last_id_ = 0;  // each epoch that was ever appended has its own, in time_ms
  std::vector<uint64_t> acknowledged_;
  std::optional<uint64_t> unknown_;  // its Append was cut, so it may be there
};

// The directory has empty files and the mark only, but a busy disk would make the cases slow.
std::string InMemory() {
  return std::filesystem::is_directory("/dev/shm")
             ? "/dev/shm"
             : std::filesystem::temp_directory_path().string();
}

constexpr Step kA = Step::kAppend;
constexpr Step kS = Step::kSave;
const std::vector<Step> kShort = {kA, kA, kA, kS, kA, kA, kS, kA, kA};

// Runs the lives, then cuts the power and looks at what is there. Empty, or what was wrong.
std::string RunLives(const std::string& dir, const OpenFn& open, uint64_t seed,
                     std::vector<Life> lives, bool ignore_syncs = false) {
  Machine machine(dir, open, seed);
  machine.disk().IgnoreSyncs(ignore_syncs);
  lives.back().loses_power = true;
  lives.emplace_back();
  std::string story = absl::StrCat("seed ", seed);
  for (const Life& life : lives) {
    absl::StrAppend(&story, "\n ", Text(life));
    const std::string wrong = machine.Run(life);
    if (!wrong.empty()) return absl::StrCat(story, "\n  ", wrong);
  }
  return "";
}

uint64_t CallsOf(const std::string& dir, const OpenFn& open, const std::vector<Life>& lives) {
  Machine machine(dir, open, 1);
  for (const Life& life : lives) EXPECT_EQ(machine.Run(life), "");
  return machine.calls();
}

// For each call of the last of `lives`: each fault there, then a start, a power loss, a start.
// Empty, or the first that was wrong.
std::string CutEveryCall(const OpenFn& open, const std::vector<Life>& lives, uint64_t seeds = 4) {
  TempDir dir(InMemory());
  const uint64_t calls = CallsOf(dir.path(), open, lives);
  EXPECT_GT(calls, 20U);
  for (uint64_t call = 0; call <= calls; ++call) {
    for (const DiskFault fault :
         {DiskFault::kKill, DiskFault::kNoRoom, DiskFault::kShort, DiskFault::kError}) {
      for (uint64_t seed = 1; seed <= seeds; ++seed) {
        std::vector<Life> cut = lives;
        cut.back().faults[call] = fault;
        cut.back().loses_power = seed % 4 == 0;
        cut.push_back({{}, {kA, kA}, /*killed=*/seed % 2 == 1});
        std::string wrong = RunLives(dir.path(), open, call * 1000 + seed, cut);
        if (!wrong.empty()) return wrong;
      }
    }
  }
  std::cout << calls << " calls, " << (calls + 1) * 16 << " cases\n";
  return "";
}

TEST(PowerLossTest, KeepsWhatItAcknowledgedIfTheFirstLifeIsCutAnywhere) {
  EXPECT_EQ(CutEveryCall(OpenSqliteLog, {{{}, kShort}}), "");
}

TEST(PowerLossTest, KeepsWhatItAcknowledgedIfALifeAfterAKillIsCutAnywhere) {
  std::vector<Step> many(12, kA);
  many.push_back(kS);
  many.insert(many.end(), 3, kA);
  EXPECT_EQ(CutEveryCall(OpenSqliteLog, {{{}, many, /*killed=*/true}, {{}, {kA, kA, kS, kA, kA}}}),
            "");
}

TEST(PowerLossTest, KeepsWhatItAcknowledgedIfALifeAfterAStopIsCutAnywhere) {
  EXPECT_EQ(CutEveryCall(OpenSqliteLog, {{{}, {kA, kS, kA}}, {{}, {kA, kS, kA, kA}}}), "");
}

Life RandomLife(std::mt19937_64& random) {
  Life life;
  const bool large = random() % 16 == 0;
  const uint64_t steps = random() % 14;
  for (uint64_t i = 0; i < steps; ++i) {
    const uint64_t kind = random() % 10;
    life.steps.push_back(kind < 3 ? Step::kSave : large && kind < 5 ? Step::kAppendLarge : kA);
  }
  constexpr DiskFault kFaults[] = {DiskFault::kKill, DiskFault::kError, DiskFault::kError,
                                   DiskFault::kNoRoom, DiskFault::kShort};
  for (uint64_t faults = random() % 3; faults > 0; --faults) {
    life.faults[random() % (random() % 2 == 0 ? 30 : 200)] = kFaults[random() % 5];
  }
  life.killed = random() % 2 == 0;
  life.loses_power = random() % 5 < 2;
  return life;
}

std::string RandomCase(const std::string& dir, const OpenFn& open, uint64_t seed,
                       bool ignore_syncs = false) {
  std::mt19937_64 random(seed);
  std::vector<Life> lives(2 + random() % 5);
  for (Life& life : lives) life = RandomLife(random);
  return RunLives(dir, open, seed, lives, ignore_syncs);
}

TEST(PowerLossTest, KeepsWhatItAcknowledgedOverRandomLives) {
  const uint64_t first = NumberOr("GMEWATCH_POWER_LOSS_SEED", std::random_device()());
  const uint64_t cases = NumberOr("GMEWATCH_POWER_LOSS_CASES", 2000);
  std::cout << cases << " cases from GMEWATCH_POWER_LOSS_SEED=" << first << "\n";
  TempDir dir(InMemory());
  for (uint64_t seed = first; seed < first + cases; ++seed) {
    ASSERT_EQ(RandomCase(dir.path(), OpenSqliteLog, seed), "");
  }
}

// Whether a thousand random cases find something wrong.
bool IsFound(const OpenFn& open, bool ignore_syncs) {
  TempDir dir(InMemory());
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    const std::string wrong = RandomCase(dir.path(), open, seed, ignore_syncs);
    if (wrong.empty()) continue;
    std::cout << wrong << "\n";
    return true;
  }
  return false;
}

TEST(PowerLossTest, ALogThatDropsByAnUnsyncedCheckpointIsFound) {
  EXPECT_TRUE(IsFound([](const std::string& dir) { return TrustingLog::Open(dir, false); },
                      /*ignore_syncs=*/false));
}

TEST(PowerLossTest, ALogThatTrustsAWalAfterAFailedSyncIsFound) {
  const std::string wrong =
      CutEveryCall([](const std::string& dir) { return TrustingLog::Open(dir, true); },
                   {{{}, kShort}}, /*seeds=*/8);
  std::cout << wrong << "\n";
  EXPECT_NE(wrong, "");
}

TEST(PowerLossTest, ALogThatSkipsTheSyncIsFound) {
  EXPECT_TRUE(IsFound(OpenSqliteLog, /*ignore_syncs=*/true));
}

}  // namespace
}  // namespace gmewatch
