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
  // What was about to be answered is durable, and will be sent again.
  void KillBeforeAnAnswer(LedgerSite* site) {
    site->kill_point().Set({GMEWATCH_KILL_AT_SEND, "", false},
                           1 + static_cast<int>(random_() % 50));
    EXPECT_GE(site->daemon().process().Wait(absl::Seconds(20)), 0);
    site->kill_point().Clear();
    ASSERT_TRUE(site->Restart());
  }
};

TEST_F(FaultTest, ALogThatAcknowledgesBeforeTheCommitIsFound) {
  const Findings findings = RunWithFault("acknowledge_early", 8);
  EXPECT_GT(findings.differences.missing, 0);
  EXPECT_GT(findings.lowered, 0U);
}

TEST_F(FaultTest, ADaemonThatCountsRetriesIsFound) {
  options_.program = FAULTY_GMEWATCHD_PATH;
  options_.environment = {"GMEWATCH_FAULT=count_retries"};
  LedgerSite site(options_);
  ASSERT_TRUE(site.Start());
  for (int i = 0; i < 8 && !HasFailure(); ++i) KillBeforeAnAnswer(&site);
  EXPECT_GT(Finish(&site).differences.surplus, 0);
}

TEST_F(FaultTest, ARecoveryThatSkipsTheLastEpochIsFound) {
  const Findings findings = RunWithFault("skip_last_epoch", 8);
  EXPECT_GT(findings.differences.missing, 0);
}

// The answers are held back until the epochs are written, so no acknowledged event is lost, but
// scrapes show counts that a kill takes away.
TEST_F(FaultTest, ALogThatShowsUncommittedCountsIsFound) {
  options_.cuts = false;
  options_.hold_answers = absl::Milliseconds(250);
  const Findings findings = RunWithFault("acknowledge_early", 8);
  EXPECT_EQ(findings.differences.missing, 0);
  EXPECT_GT(findings.lowered, 0U);
}

}  // namespace
}  // namespace gmewatch
