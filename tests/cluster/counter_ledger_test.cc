// Clients with ledgers report to two fronts, and two counters count, while leaders, fronts and
// counters are killed or stopped for seconds. At the end both counters, a third one that reads the
// whole log, and the ledger agree: each acknowledged event is counted once. All the while no scrape
// of either counter is below what was acknowledged before it, or below an earlier scrape.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/cluster/cluster_ledger_fixture.h"
#include "tests/support/environment.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::IsEmpty;

constexpr int kPartitions = 4;

// Reports one event after the other to any front and scrapes any counter after each. Notes a scrape
// that lacks an event of its own that was acknowledged, or that is below an earlier scrape.
class Reader {
 public:
  static constexpr int32_t kCode = 1006;

  void Run(const std::atomic<bool>& stop, const std::vector<std::string>& fronts,
           const std::vector<std::string>& counters) {
    const v1::Session session = MakeSession("demo", "us");
    std::vector<std::unique_ptr<WireClient>> clients;
    clients.reserve(fronts.size());
    for (const std::string& front : fronts) clients.push_back(std::make_unique<WireClient>(front));
    for (uint64_t turn = 0; !stop; ++turn) {
      const v1::ReportRequest request = MakeRequest(session, acknowledged_ + 1, {{kCode, 1}});
      if (clients[turn % clients.size()]->Report(request).ok()) ++acknowledged_;
      Look(ScrapeMetrics(counters[turn / 2 % counters.size()]));
    }
  }

  uint64_t acknowledged() const { return acknowledged_; }
  uint64_t scrapes() const { return scrapes_; }
  uint64_t unanswered() const { return unanswered_; }
  const std::vector<std::string>& below() const { return below_; }

 private:
  void Look(const Samples& samples) {
    if (samples.empty()) {
      ++unanswered_;
      return;
    }
    ++scrapes_;
    const double own = ValueOf(
        samples, CodeSeries("gme_error_events_total", absl::StrCat(kCode), "client", "us", "demo"));
    if (own < static_cast<double>(acknowledged_)) {
      below_.push_back(absl::StrCat(own, " of ", acknowledged_, " acknowledged events"));
    }
    const double sum = SumOf(samples, "gme_error_events_total");
    if (sum < largest_) below_.push_back(absl::StrCat("in all ", sum, " after ", largest_));
    largest_ = std::max(largest_, sum);
    if (ValueOf(samples, "gmewatch_replica_mismatch_total") != 0) below_.emplace_back("a mismatch");
  }

  uint64_t acknowledged_ = 0;
  uint64_t scrapes_ = 0;
  uint64_t unanswered_ = 0;
  double largest_ = 0;
  std::vector<std::string> below_;
};

class CounterLedgerTest : public ClusterLedgerTest {
 protected:
  // One fault at random, and its repair.
  std::string Fault(FrontSite* site) {
    const size_t which = Below(2);
    switch (Below(6)) {
      case 0:
        return KillLeader(*site, kPartitions);
      case 1:
        StopAWhile(site->front(which).process(), absl::Seconds(5));
        return "front stopped";
      case 2:
        StopAWhile(site->counter(which).process(), absl::Seconds(5));
        return "counter stopped";
      case 3:
        return KillFront(site, which);
      default:
        site->KillCounter(which);
        Pause(absl::Milliseconds(Below(1000)));
        EXPECT_TRUE(site->StartCounter(which).ok());
        return "counter killed";
    }
  }

  std::atomic<bool> stop_ = false;
};

// The events by series. A code that is in no catalogue is counted as other until it has its column,
// so the two are one here.
std::map<std::string, uint64_t> EventsOf(const Samples& samples) {
  std::map<std::string, uint64_t> out;
  for (const auto& [series, value] : samples) {
    if (!absl::StartsWith(series, "gme_error_events_total{") || value == 0) continue;
    out[absl::StrReplaceAll(series, {{"code=\"other\"", "code=\"424242\""}})] +=
        static_cast<uint64_t>(value);
  }
  return out;
}

TEST_F(CounterLedgerTest, EachAcknowledgedEventIsCountedOnceByAllCountersAndNoScrapeGoesBack) {
  const uint64_t faults = NumberOr("GMEWATCH_CLUSTER_FAULTS", 5);
  FrontSite site(kPartitions, 2, absl::Seconds(10), "");
  for (const size_t i : {0U, 1U}) {
    ASSERT_TRUE(site.StartFront(i).ok());
    ASSERT_TRUE(site.StartCounter(i).ok());
  }
  StartClients(site, /*clients=*/6, absl::Milliseconds(60));
  Reader reader;
  std::thread reads([&] {
    reader.Run(stop_, {site.ingest_address(0), site.ingest_address(1)},
               {site.counter_address(0), site.counter_address(1)});
  });
  std::map<std::string, int> done;
  for (uint64_t i = 0; i < faults; ++i) {
    Pause(absl::Milliseconds(300 + Below(1200)));
    ++done[Fault(&site)];
  }
  EXPECT_TRUE(KafkaBrokers::AwaitAll(site.kafka().topic));
  FinishClients();
  stop_ = true;
  reads.join();
  EXPECT_THAT(reader.below(), IsEmpty());
  EXPECT_GT(reader.scrapes(), 2U);  // on a busy machine brokers take seconds

  std::map<std::string, uint64_t> expected = Acknowledged().Events();
  expected[CodeSeries("gme_error_events_total", absl::StrCat(Reader::kCode), "client", "us",
                      "demo")] += reader.acknowledged();
  const auto whole = site.StartNewCounter();
  ASSERT_TRUE(whole.ok()) << whole.status();
  Samples last;
  for (const std::string& counter :
       {site.counter_address(0), site.counter_address(1), (*whole)->admin_address()}) {
    ASSERT_TRUE(
        AwaitTrue([&] { return !(last = ScrapeMetrics(counter)).empty(); }, absl::Minutes(1)));
    std::map<std::string, uint64_t> counted = EventsOf(last);
    EXPECT_EQ(counted, expected) << counter;
  }
  uint64_t acknowledged = 0;
  for (const auto& [series, events] : expected) acknowledged += events;
  ASSERT_GT(acknowledged, 500U);
  EXPECT_GT(ValueOf(last, "gmewatch_batches_total{result=\"duplicate\"}"), 0);
  std::cout << acknowledged << " events, " << reader.scrapes() << " scrapes, "
            << reader.unanswered() << " without an answer\n";
  PrintFaults(done);
}

}  // namespace
}  // namespace gmewatch
