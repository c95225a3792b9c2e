// Daemons that break the contract on purpose (faulty_gmewatchd.cc): the comparison with the
// clients' ledgers finds each. Without these, the tests that kill gmewatchd would be worth nothing.
#include "tests/integration/kill_fixture.h"

namespace gmewatch {
namespace {

class FaultTest : public KillTest {
 protected:
  Findings RunWithFault(const std::string& fault, uint32_t kills) {
    options_.program = FAULTY_GMEWATCHD_PATH;
    options_.environment = {"GMEWATCH_FAULT=" + fault};
    LedgerSite site(options_);
    if (!site.Start()) return {};
    KillAtRandom(&site, kills);
    return Finish(&site);
  }
  Findings Finish(LedgerSite* site) {
    Findings findings = site->Finish();
    Print(findings);
    return findings;
  }
  // Kills at one of the answers of a busy moment: those that are to come belong to durable batches,
  // which are sent again; those that are out, to the newest epochs.
  Findings RunWithKillsAtAnAnswer(const std::string& fault, bool after) {
    options_.program = FAULTY_GMEWATCHD_PATH;
    options_.environment = {"GMEWATCH_FAULT=" + fault};
    LedgerSite site(options_);
    EXPECT_TRUE(site.Start());
    for (int i = 0; i < 8 && !HasFailure(); ++i) {
      // The first hundred or so greet the clients that come back.
      site.kill_point().Set({kKillAtSend, "", after}, 300 + static_cast<int>(random_() % 50));
      EXPECT_GE(site.daemon().process().Wait(absl::Seconds(20)), 0);
      site.kill_point().Clear();
      EXPECT_TRUE(site.Restart());
    }
    return Finish(&site);
  }
};

TEST_F(FaultTest, ALogThatAcknowledgesBeforeTheCommitIsFound) {
  const Findings findings = RunWithFault("acknowledge_early", 8);
  EXPECT_GT(findings.differences.missing, 0);
  EXPECT_GT(findings.lowered, 0U);
}

TEST_F(FaultTest, ADaemonThatCountsRetriesIsFound) {
  const Findings findings = RunWithKillsAtAnAnswer("count_retries", /*after=*/false);
  // Each session that comes back counts as a new one; events are counted twice where a kill came
  // between commit and answer.
  EXPECT_FALSE(findings.differences.wrong.empty());
}

TEST_F(FaultTest, ARecoveryThatSkipsTheLastEpochIsFound) {
  const Findings findings = RunWithKillsAtAnAnswer("skip_last_epoch", /*after=*/true);
  EXPECT_FALSE(findings.differences.wrong.empty());
}

// The answers are held back while the epochs are written, so that hardly an acknowledged event is
// lost on a machine that is not busy; but scrapes show counts that a kill takes away.
TEST_F(FaultTest, ALogThatShowsUncommittedCountsIsFound) {
  options_.cuts = false;
  options_.hold_answers = absl::Milliseconds(100);
  // A scrape has to come between the count and the kill.
  EXPECT_GT(RunWithFault("acknowledge_early", 24).lowered, 0U);
}

}  // namespace
}  // namespace gmewatch
