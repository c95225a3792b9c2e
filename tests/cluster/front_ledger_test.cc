// Clients with ledgers report to two fronts while leaders and fronts are killed, brokers and fronts
// are stopped for seconds, and connections are cut. At the end the log, counted by session, has
// what was acknowledged: each event once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/cluster/front_site.h"
#include "tests/cluster/kafka_brokers.h"
#include "tests/cluster/log_tally.h"
#include "tests/cluster/raw_kafka.h"
#include "tests/integration/ledger_client.h"
#include "tests/support/cutting_proxy.h"

namespace gmewatch {
namespace {

using ::testing::IsEmpty;

constexpr int kPartitions = 6;
constexpr int kClients = 8;

uint32_t FromEnvironment(const char* name, uint32_t otherwise) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing sets it here
  uint32_t number = 0;
  return value != nullptr && absl::SimpleAtoi(value, &number) ? number : otherwise;
}

void Pause(absl::Duration pause) { Deadline(pause, pause).PauseUnlessPassed(); }

class FrontLedgerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_BROKERS();
    ASSERT_TRUE(KafkaBrokers::AwaitAll());
    seed_ = FromEnvironment("GMEWATCH_CLUSTER_SEED", std::random_device()());
    std::cout << "GMEWATCH_CLUSTER_SEED=" << seed_ << "\n";
    random_.seed(seed_);
  }
  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_()) % bound; }

  void StartClients(const FrontSite& site) {
    for (size_t i = 0; i < 2; ++i) {
      CuttingProxyOptions cuts;
      cuts.cut_bytes_max = 20'000;
      cuts.seed = seed_ + static_cast<uint32_t>(i);
      proxies_.push_back(std::make_unique<CuttingProxy>(site.ingest_address(i), cuts));
    }
    for (uint32_t i = 0; i < kClients; ++i) {
      LedgerClientOptions options;
      // Each client uses both fronts.
      options.address = site.ingest_address(i % 2);
      options.connect_address = site.connect_address((i + 1) % 2);
      options.cutting_address = proxies_[(i + 1) % 2]->address();
      options.app = i % 3 == 2 ? "second" : "demo";
      options.region = i % 3 == 1 ? "us" : "eu";
      options.seed = seed_ + 100 + i;
      options.pause = absl::Milliseconds(40);
      clients_.push_back(std::make_unique<LedgerClient>(options));
      threads_.emplace_back([this, i] { clients_[i]->Run(phase_); });
    }
  }
  void FinishClients() {
    phase_ = ClientPhase::kFinish;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  // One fault at random, and its repair.
  std::string Fault(FrontSite* site) {
    const size_t front = Below(2);
    switch (Below(5)) {
      case 0: {
        const int leader =
            raw_kafka::LeaderOf(site->kafka(), static_cast<int32_t>(Below(kPartitions)));
        if (leader < 1) return "no leader";
        KafkaBrokers::Kill(leader);
        Pause(absl::Milliseconds(Below(4000)));
        KafkaBrokers::Start(leader);
        return "leader killed";
      }
      case 1: {
        const auto broker = static_cast<int>(1 + Below(KafkaBrokers::kBrokers));
        KafkaBrokers::Stop(broker);
        Pause(absl::Milliseconds(Below(8000)));
        KafkaBrokers::Continue(broker);
        return "broker stopped";
      }
      case 2: {
        const pid_t pid = site->front(front).process().pid();
        kill(pid, SIGSTOP);
        Pause(absl::Milliseconds(Below(6000)));
        kill(pid, SIGCONT);
        return "front stopped";
      }
      default:
        site->KillFront(front);
        EXPECT_TRUE(AwaitTrue([&] { return site->StartFront(front).ok(); }, absl::Minutes(1)));
        return "front killed";
    }
  }

  uint32_t seed_ = 0;
  std::mt19937 random_;
  std::atomic<ClientPhase> phase_ = ClientPhase::kGoOn;
  std::vector<std::unique_ptr<CuttingProxy>> proxies_;
  std::vector<std::unique_ptr<LedgerClient>> clients_;
  std::vector<std::thread> threads_;
};

TEST_F(FrontLedgerTest, EveryAcknowledgedEventIsInTheLogOnceOverKillsOfLeadersAndFronts) {
  const uint32_t faults = FromEnvironment("GMEWATCH_CLUSTER_FAULTS", 10);
  FrontSite site(kPartitions, 2, absl::Seconds(10), "");
  ASSERT_TRUE(site.StartFront(0).ok());
  ASSERT_TRUE(site.StartFront(1).ok());
  StartClients(site);
  std::map<std::string, int> done;
  for (uint32_t i = 0; i < faults; ++i) {
    Pause(absl::Milliseconds(500 + Below(1500)));
    ++done[Fault(&site)];
  }
  for (int broker = 1; broker <= KafkaBrokers::kBrokers; ++broker) KafkaBrokers::Continue(broker);
  EXPECT_TRUE(KafkaBrokers::AwaitAll(site.kafka().topic));
  FinishClients();

  Ledger ledger;
  for (const auto& client : clients_) ledger.Add(client->ledger());
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
  uint64_t cuts = 0;
  for (const auto& proxy : proxies_) cuts += proxy->cuts();
  std::cout << acknowledged << " events in " << ledger.batches() << " batches, "
            << tally.duplicates() << " duplicates in " << tally.records() << " records, " << cuts
            << " cuts, " << ledger.unanswered() << " attempts without an answer, "
            << ledger.answered_retry() << " asked to come again\n";
  for (const auto& [fault, times] : done) std::cout << fault << ": " << times << "\n";
}

}  // namespace
}  // namespace gmewatch
