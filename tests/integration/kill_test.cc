// gmewatchd is killed at random moments while clients report over every transport and a real
// Prometheus scrapes. Whatever is acknowledged is counted exactly once, sessions, late and lost
// events included; every attempt is counted under one result; no counter goes back.
#include "tests/integration/kill_fixture.h"

namespace gmewatch {
namespace {

// The counters that no restart may set back.
constexpr const char* kLastingFamilies[] = {"gme_error_events_total",
                                            "gme_error_sessions_total",
                                            "gme_error_late_events_total",
                                            "gme_success_events_total",
                                            "gme_sessions_total",
                                            "gme_client_lost_events_total",
                                            "gmewatch_batches_total",
                                            "gmewatch_rejected_batches_total",
                                            "gmewatch_rejected_events_total"};

// What Prometheus has of the run: no reset, and increases that are the ledger's.
void ExpectPrometheusAgrees(const PrometheusProcess& prometheus, const Ledger& ledger) {
  uint64_t total = 0;
  for (const auto& [series, events] : ledger.Events()) total += events;
  const auto all = static_cast<double>(total);
  ASSERT_EQ(prometheus.AwaitAtLeast("sum(gme_error_events_total)", all, absl::Seconds(60)), all);
  for (const char* family : kLastingFamilies) {
    EXPECT_EQ(prometheus.Query(absl::StrCat("sum(resets(", family, "[3h]))")), 0) << family;
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
  const uint64_t kills = NumberOr("GMEWATCH_KILLS", 60);
  KillAtRandom(&site, kills);
  Findings findings = site.Finish();
  if (HasFailure()) return;
  ExpectPrometheusAgrees(site.prometheus(), findings.ledger);
  findings.exit_status = site.daemon().Terminate();
  ExpectNothingWrong(findings);
  EXPECT_GT(findings.ledger.batches(), kills * 20);
  // How many there are depends on how busy the machine is.
  EXPECT_GT(findings.cuts, kills / 10);
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

}  // namespace
}  // namespace gmewatch
