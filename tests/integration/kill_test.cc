// gmewatchd is killed at random moments and at named points while clients report over every
// transport and a real Prometheus scrapes. Whatever is acknowledged is counted exactly once,
// sessions, late and lost events included; every attempt is counted under one result; no counter
// goes back. Daemons with a fault show that the comparison finds it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/integration/ledger_site.h"

namespace gmewatch {
namespace {

// A number that a longer run sets in the environment.
uint32_t NumberOr(const char* variable, uint32_t otherwise) {
  const char* text = std::getenv(variable);
  uint32_t number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : otherwise;
}

void Pause(absl::Duration pause) {
  const Deadline deadline(pause, absl::Milliseconds(1));
  while (deadline.PauseUnlessPassed()) {
  }
}

class KillTest : public ::testing::Test {
 protected:
  KillTest() { options_.seed = seed_; }

  // Kills at random moments, at most half a second apart.
  void KillAtRandom(LedgerSite* site, uint32_t kills) {
    for (uint32_t i = 0; i < kills && !HasFailure(); ++i) {
      Pause(absl::Milliseconds(static_cast<int64_t>(random_() % 500)));
      site->KillAndRestart();
    }
  }

  Findings RunWithFault(const std::string& fault, uint32_t kills) {
    options_.program = FAULTY_GMEWATCHD_PATH;
    options_.environment = {"GMEWATCH_FAULT=" + fault};
    LedgerSite site(options_);
    if (!site.Start()) return {};
    KillAtRandom(&site, kills);
    Findings findings = site.Finish();
    Print(findings);
    return findings;
  }

  void ExpectNothingWrong(const Findings& findings) {
    Print(findings);
    EXPECT_THAT(findings.differences.wrong, ::testing::IsEmpty());
    EXPECT_EQ(findings.differences.missing, 0);
    EXPECT_EQ(findings.differences.surplus, 0);
    EXPECT_EQ(findings.lowered, 0U);
    EXPECT_EQ(findings.exit_status, 0);
    EXPECT_GT(findings.ledger.rejected(), 0U);
  }

  void Print(const Findings& findings) const {
    std::cout << "GMEWATCH_KILL_SEED=" << seed_ << ": " << findings.Summary() << "\n";
  }

  const uint32_t seed_ = NumberOr("GMEWATCH_KILL_SEED", std::random_device()());
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__,
                                      absl::StrCat("GMEWATCH_KILL_SEED=", seed_)};
  std::mt19937 random_{seed_};
  LedgerSiteOptions options_;
};

// What Prometheus has of the run: no reset, and increases that are the ledger's.
void ExpectPrometheusAgrees(const PrometheusProcess& prometheus, const Ledger& ledger) {
  uint64_t total = 0;
  for (const auto& [series, events] : ledger.Events()) total += events;
  const auto all = static_cast<double>(total);
  ASSERT_EQ(prometheus.AwaitAtLeast("sum(gme_error_events_total)", all, absl::Seconds(60)), all);
  for (const char* names :
       {"gme_.+_total", "gmewatch_batches_total", "gmewatch_rejected_.+_total"}) {
    EXPECT_EQ(prometheus.Query(absl::StrCat("sum(resets({__name__=~\"", names, "\"}[3h]))")), 0)
        << names;
  }
  for (const auto& [series, events] : ledger.Events()) {
    SCOPED_TRACE(series);
    const double samples = prometheus.Query("count_over_time(" + series + "[3h])");
    ASSERT_GT(samples, 10);
    // Each series was scraped at zero first, so nothing is extrapolated before that; after the last
    // sample it is at most 1.1 of the mean interval.
    const double increase = prometheus.Query("increase(" + series + "[3h])");
    const auto exact = static_cast<double>(events);
    EXPECT_GE(increase, exact * 0.999999);
    EXPECT_LE(increase, exact * (1 + 1.1 / (samples - 1)) * 1.000001);
  }
}

TEST_F(KillTest, CountsEqualTheLedgersOverRandomKillsAndPrometheusSeesThem) {
  options_.prometheus = true;
  LedgerSite site(options_);
  ASSERT_TRUE(site.Start());
  const uint32_t kills = NumberOr("GMEWATCH_KILLS", 60);
  KillAtRandom(&site, kills);
  Findings findings = site.Finish();
  if (HasFailure()) return;
  ExpectPrometheusAgrees(site.prometheus(), findings.ledger);
  findings.exit_status = site.daemon().Terminate();
  ExpectNothingWrong(findings);
  EXPECT_GT(findings.ledger.batches(), kills * 20);
  EXPECT_GT(findings.cuts, kills);
}

// Where a kill is wanted, and what makes the daemon come by there.
enum class When { kServing, kStart, kReload, kDrain };
struct NamedPoint {
  const char* name;
  When when;
  KillPlace place;
  int nth_max;  // the kill is at the 1st to this call, at random
};

std::ostream& operator<<(std::ostream& out, const NamedPoint& point) { return out << point.name; }

constexpr char kJournal[] = "journal.db";
constexpr char kJournalWal[] = "journal.db-wal";
constexpr char kState[] = "state.db";
constexpr char kStateWal[] = "state.db-wal";
constexpr auto kRead = GMEWATCH_KILL_AT_READ;
constexpr auto kWrite = GMEWATCH_KILL_AT_WRITE;
constexpr auto kSync = GMEWATCH_KILL_AT_SYNC;
constexpr auto kSend = GMEWATCH_KILL_AT_SEND;
constexpr auto kLog = GMEWATCH_KILL_AT_LOG;

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

// Kills once at the point and starts again; false if the daemon did not come by there in time.
bool KillAt(LedgerSite* site, const NamedPoint& point, int nth) {
  if (point.when == When::kStart) {
    site->daemon().process().Signal(SIGKILL);
    site->daemon().process().Wait();
    site->kill_point().Set(point.place, nth);
    if (!site->Restart()) return false;
    // "ready" is logged before the line that Restart waits for: it may have ended since.
    const bool reached = site->kill_point().reached();
    site->kill_point().Clear();
    const bool ended = reached && site->daemon().process().Wait(absl::ZeroDuration()) >= 0;
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

TEST_F(KillTest, CountsEqualTheLedgersOverKillsAtEveryNamedPoint) {
  LedgerSite site(options_);
  ASSERT_TRUE(site.Start());
  const uint32_t wanted = NumberOr("GMEWATCH_KILLS_PER_POINT", 1);
  uint32_t kills = 0;
  for (const NamedPoint& point : kPoints) {
    uint32_t reached = 0;
    for (uint32_t attempt = 0; attempt < 3 * wanted && reached < wanted && !HasFailure();
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

// Nothing is killed or cut, so nothing is unknown: the sums are exact.
TEST_F(KillTest, EveryAttemptIsACountedBatchADuplicateOrRejectedUnderOneReason) {
  options_.cuts = false;
  LedgerSite site(options_);
  ASSERT_TRUE(site.Start());
  Pause(absl::Seconds(3));
  const Findings findings = site.Finish();
  ExpectNothingWrong(findings);
  EXPECT_EQ(findings.ledger.unanswered(), 0U);
}

// The tests above are worth nothing if they do not fail with a daemon that breaks the contract.

TEST_F(KillTest, ALogThatAcknowledgesBeforeTheCommitIsFound) {
  const Findings findings = RunWithFault("acknowledge_early", 8);
  EXPECT_GT(findings.differences.missing, 0);
  EXPECT_GT(findings.lowered, 0U);
}

TEST_F(KillTest, ADaemonThatCountsRetriesIsFound) {
  const Findings findings = RunWithFault("count_retries", 8);
  EXPECT_GT(findings.differences.surplus, 0);
}

TEST_F(KillTest, ARecoveryThatSkipsTheLastEpochIsFound) {
  const Findings findings = RunWithFault("skip_last_epoch", 8);
  EXPECT_GT(findings.differences.missing, 0);
}

// The answers are held back until the epochs are written, so no acknowledged event is lost, but
// scrapes show counts that a kill takes away.
TEST_F(KillTest, ALogThatShowsUncommittedCountsIsFound) {
  options_.cuts = false;
  options_.hold_answers = absl::Milliseconds(250);
  const Findings findings = RunWithFault("acknowledge_early", 8);
  EXPECT_EQ(findings.differences.missing, 0);
  EXPECT_GT(findings.lowered, 0U);
}

}  // namespace
}  // namespace gmewatch
