// Clients with ledgers report to two fronts, and two counters count, while brokers, fronts and
// counters are killed or stopped for seconds, and the links between them are cut. At the end both
// counters, a third one that reads the whole log, and the ledger agree in every number: events,
// sessions, successes, losses, rejections. All the while no scrape of either counter is below what
// was acknowledged before it, or below an earlier scrape.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/cluster/broker_links.h"
#include "tests/cluster/cluster_ledger_fixture.h"
#include "tests/cluster/ledger_reader.h"
#include "tests/support/environment.h"
#include "tests/support/http_client.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::IsEmpty;

constexpr int kPartitions = 4;

class CounterLedgerTest : public ClusterLedgerTest {
 protected:
  enum class Fault {
    kLeaderKilled,
    kBrokerRestarted,
    kTwoBrokersKilled,
    kAllBrokersStopped,
    kFrontKilled,
    kFrontStopped,
    kCounterKilled,
    kCounterStopped,
    kLinksOfFrontsCut,
    kLinksOfCountersCut,
    kFaults,
  };

  void StartSite() {
    fronts_way_.emplace(0);
    counters_way_.emplace(1);
    site_.emplace(kPartitions, 2, kWriteTimeout, "",
                  WaysToBrokers{fronts_way_->addresses(), counters_way_->addresses()});
    for (const size_t i : {0U, 1U}) {
      ASSERT_TRUE(site_->StartFront(i).ok());
      ASSERT_TRUE(site_->StartCounter(i).ok());
    }
    GiveColumn();
  }

  // Until a code that is in no catalogue has its column in all partitions, it is counted as other;
  // a session that reports it before and after has two. So clients begin after that.
  void GiveColumn() {
    WireClient client(site_->ingest_address(0));
    const auto others = [this] {
      return ValueOf(site_->counter(0).Scrape(),
                     CodeSeries("gme_error_events_total", "other", "unknown", "us", "demo"));
    };
    ASSERT_TRUE(AwaitTrue(
        [&] {
          const double before = others();
          for (int i = 0; i < kSessionsOfColumn; ++i) {
            const v1::Session session = MakeSession("demo", "us");
            const v1::ReportRequest request = MakeRequest(session, 1, {{kUnknownCode, 1}});
            if (!client.Report(request).ok()) return false;
            before_.Acknowledged(session, request);
            before_.AnsweredAcknowledged();
          }
          return before >= 0 && others() == before;
        },
        absl::Minutes(1)));
  }

  // All kinds in a random order, then again; each with its repair.
  std::string NextFault() {
    if (deck_.empty()) {
      for (size_t i = 0; i < static_cast<size_t>(Fault::kFaults); ++i) {
        deck_.insert(deck_.begin() + static_cast<ptrdiff_t>(Below(static_cast<uint32_t>(i + 1))),
                     static_cast<Fault>(i));
      }
    }
    const Fault fault = deck_.back();
    deck_.pop_back();
    return Make(fault, Below(2));
  }

  std::string Make(Fault fault, size_t which) {
    switch (fault) {
      case Fault::kLeaderKilled:
        return KillLeader(*site_, kPartitions);
      case Fault::kBrokerRestarted: {
        const int broker = 1 + static_cast<int>(Below(KafkaBrokers::kBrokers));
        KafkaBrokers::Terminate(broker);
        KafkaBrokers::Start({broker});
        return "broker restarted";
      }
      case Fault::kTwoBrokersKilled:
        return KillTwoBrokers();
      case Fault::kAllBrokersStopped:
        return StopAllBrokers();
      case Fault::kFrontKilled:
        return KillFront(&*site_, which);
      case Fault::kFrontStopped:
        StopAWhile(site_->front(which).process(), absl::Seconds(5));
        return "front stopped";
      case Fault::kCounterStopped:
        StopAWhile(site_->counter(which).process(), absl::Seconds(5));
        return "counter stopped";
      case Fault::kLinksOfFrontsCut:
        return Cut(&*fronts_way_, "fronts");
      case Fault::kLinksOfCountersCut:
        return Cut(&*counters_way_, "counters");
      case Fault::kCounterKilled:
      case Fault::kFaults:
        break;
    }
    site_->KillCounter(which);
    Pause(absl::Milliseconds(Below(1000)));
    EXPECT_TRUE(site_->StartCounter(which).ok());
    return "counter killed";
  }

  std::string Cut(BrokerLinks* links, const std::string& of) {
    const bool silent = Below(2) == 0;
    links->Set(silent ? CuttingProxy::Link::kSilent : CuttingProxy::Link::kClosed);
    Pause(absl::Milliseconds(Below(8000)));
    links->Set(CuttingProxy::Link::kOpen);
    return absl::StrCat("links of ", of, silent ? " silent" : " closed");
  }

  // One replica is left of each partition, and none may be written.
  std::string KillTwoBrokers() {
    const int first = 1 + static_cast<int>(Below(KafkaBrokers::kBrokers));
    const int second = 1 + first % KafkaBrokers::kBrokers;
    for (const int broker : {first, second}) KafkaBrokers::Kill(broker);
    Pause(absl::Milliseconds(Below(3000)));
    KafkaBrokers::Start({first, second});
    return "two brokers killed";
  }

  // For longer than fronts wait for a write.
  std::string StopAllBrokers() {
    for (int broker = 1; broker <= KafkaBrokers::kBrokers; ++broker) KafkaBrokers::Stop(broker);
    Pause(kWriteTimeout + absl::Milliseconds(Below(3000)));
    for (int broker = 1; broker <= KafkaBrokers::kBrokers; ++broker) KafkaBrokers::Continue(broker);
    return "all brokers stopped";
  }

  // Compares a counter with the ledger; what was counted as other belongs to the unknown code.
  void ExpectCounted(const Ledger& ledger, const std::string& counter, Samples* last) {
    ASSERT_TRUE(
        AwaitTrue([&] { return !(*last = ScrapeMetrics(counter)).empty(); }, absl::Minutes(1)));
    Samples samples;
    for (const auto& [series, value] : *last) {
      samples[absl::StrReplaceAll(series, {{"code=\"other\"", "code=\"424242\""}})] += value;
    }
    const Differences found = ledger.Compare(samples, LedgerLog::kSharedByMany);
    EXPECT_THAT(found.wrong, IsEmpty()) << counter;
  }

  static constexpr absl::Duration kWriteTimeout = absl::Seconds(10);
  static constexpr int32_t kUnknownCode = 424242;
  // So many that no partition is without one.
  static constexpr int kSessionsOfColumn = 40;

  std::optional<BrokerLinks> fronts_way_;
  std::optional<BrokerLinks> counters_way_;
  std::optional<FrontSite> site_;
  Ledger before_;
  std::vector<Fault> deck_;
  std::atomic<bool> stop_ = false;
};

TEST_F(CounterLedgerTest, EachAcknowledgedEventIsCountedOnceByAllCountersAndNoScrapeGoesBack) {
  const uint64_t faults = NumberOr("GMEWATCH_CLUSTER_FAULTS", 20);
  StartSite();
  StartClients(*site_, /*clients=*/6, absl::Milliseconds(60));
  LedgerReader reader;
  std::thread reads([&] {
    reader.Run(stop_, {site_->ingest_address(0), site_->ingest_address(1)},
               {site_->counter_address(0), site_->counter_address(1)});
  });
  std::map<std::string, int> done;
  for (uint64_t i = 0; i < faults; ++i) {
    Pause(absl::Milliseconds(300 + Below(1200)));
    ++done[NextFault()];
  }
  EXPECT_TRUE(KafkaBrokers::AwaitAll(site_->kafka().topic));
  FinishClients();
  stop_ = true;
  reads.join();
  EXPECT_THAT(reader.below(), IsEmpty());
  EXPECT_GT(reader.scrapes(), 2U);  // on a busy machine brokers take seconds

  Ledger ledger = Acknowledged();
  ledger.Add(reader.ledger());
  ledger.Add(before_);
  const auto whole = site_->StartNewCounter();
  ASSERT_TRUE(whole.ok()) << whole.status();
  Samples last;
  for (const std::string& counter :
       {site_->counter_address(0), site_->counter_address(1), (*whole)->admin_address()}) {
    ExpectCounted(ledger, counter, &last);
  }
  uint64_t acknowledged = 0;
  for (const auto& [series, events] : ledger.Events()) acknowledged += events;
  ASSERT_GT(acknowledged, 500U);
  EXPECT_GT(ValueOf(last, "gmewatch_batches_total{result=\"duplicate\"}"), 0);
  std::cout << acknowledged << " events, " << reader.scrapes() << " scrapes, "
            << reader.unanswered() << " without an answer\n";
  PrintFaults(done);
}

// What the reader of the test above is good for: it finds a counter that answers from memory.
TEST_F(CounterLedgerTest, APageThatDoesNotWaitForTheLogIsFoundToLackWhatWasAcknowledged) {
  StartSite();
  const std::string counter = site_->counter_address(0);
  const auto counted = [&counter] {
    const auto page = HttpFetch(counter, "/api/v1/top");
    return page.ok() && absl::StrContains(page->body, "\"1006\"");
  };
  counters_way_->Set(CuttingProxy::Link::kSilent);
  WireClient client(site_->ingest_address(0));
  EXPECT_TRUE(
      client.Report(MakeRequest(MakeSession("demo", "us"), 1, {{kReaderCode.code, 1}})).ok());
  EXPECT_FALSE(counted());
  EXPECT_TRUE(ScrapeMetrics(counter).empty());
  counters_way_->Set(CuttingProxy::Link::kOpen);
  EXPECT_TRUE(AwaitTrue([&] { return !ScrapeMetrics(counter).empty(); }, absl::Minutes(1)));
  EXPECT_TRUE(AwaitTrue(counted, absl::Minutes(1)));
}

}  // namespace
}  // namespace gmewatch
