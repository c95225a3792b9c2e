// Clients with ledgers report to two fronts while leaders and fronts are killed, brokers and fronts
// are stopped for seconds, and connections are cut. At the end the log, counted by session, has
// what was acknowledged: each event once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/cluster/cluster_ledger_fixture.h"
#include "tests/cluster/log_tally.h"
#include "tests/support/environment.h"

namespace gmewatch {
namespace {

using ::testing::IsEmpty;

constexpr int kPartitions = 6;

class FrontLedgerTest : public ClusterLedgerTest {
 protected:
  // One fault at random, and its repair.
  std::string Fault(FrontSite* site) {
    const size_t front = Below(2);
    switch (Below(5)) {
      case 0:
        return KillLeader(*site, kPartitions);
      case 1: {
        const auto broker = static_cast<int>(1 + Below(KafkaBrokers::kBrokers));
        KafkaBrokers::Stop(broker);
        Pause(absl::Milliseconds(Below(8000)));
        KafkaBrokers::Continue(broker);
        return "broker stopped";
      }
      case 2:
        StopAWhile(site->front(front).process(), absl::Seconds(6));
        return "front stopped";
      default:
        return KillFront(site, front);
    }
  }
};

TEST_F(FrontLedgerTest, EveryAcknowledgedEventIsInTheLogOnceOverKillsOfLeadersAndFronts) {
  const uint64_t faults = NumberOr("GMEWATCH_CLUSTER_FAULTS", 10);
  FrontSite site(kPartitions, 2, absl::Seconds(10), "");
  ASSERT_TRUE(site.StartFront(0).ok());
  ASSERT_TRUE(site.StartFront(1).ok());
  StartClients(site, /*clients=*/8, absl::Milliseconds(40));
  std::map<std::string, int> done;
  for (uint64_t i = 0; i < faults; ++i) {
    Pause(absl::Milliseconds(500 + Below(1500)));
    ++done[Fault(&site)];
  }
  for (int broker = 1; broker <= KafkaBrokers::kBrokers; ++broker) KafkaBrokers::Continue(broker);
  EXPECT_TRUE(KafkaBrokers::AwaitAll(site.kafka().topic));
  FinishClients();

  const Ledger ledger = Acknowledged();
  LogTally tally(site.kafka(), site.layout());
  const absl::Status read = tally.ReadAll();
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_THAT(tally.wrong(), IsEmpty());
  std::map<std::string, uint64_t> counted;
  for (const auto& [key, events] : tally.events()) {
    const auto& [app, region, code] = key;
    for (const LedgerCode& known : kLedgerCodes) {
      if (known.code != code) continue;
      counted[CodeSeries("gme_error_events_total", absl::StrCat(code), known.category, region,
                         app)] = events;
    }
  }
  uint64_t acknowledged = 0;
  for (const auto& [series, events] : ledger.Events()) acknowledged += events;
  EXPECT_EQ(counted, ledger.Events());
  ASSERT_GT(acknowledged, 1000U);
  std::cout << acknowledged << " events in " << ledger.batches() << " batches, "
            << tally.duplicates() << " duplicates in " << tally.records() << " records, " << Cuts()
            << " cuts, " << ledger.unanswered() << " attempts without an answer, "
            << ledger.answered_retry() << " asked to come again\n";
  PrintFaults(done);
}

}  // namespace
}  // namespace gmewatch
