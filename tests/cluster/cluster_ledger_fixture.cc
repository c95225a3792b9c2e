#include "tests/cluster/cluster_ledger_fixture.h"

#include <csignal>
#include <iostream>

#include "tests/cluster/raw_kafka.h"
#include "tests/support/environment.h"

namespace gmewatch {

void ClusterLedgerTest::SetUp() {
  BrokersTest::SetUp();
  seed_ = static_cast<uint32_t>(NumberOr("GMEWATCH_CLUSTER_SEED", std::random_device()()));
  std::cout << "GMEWATCH_CLUSTER_SEED=" << seed_ << "\n";
  random_.seed(seed_);
}

void ClusterLedgerTest::StartClients(const FrontSite& site, uint32_t clients,
                                     absl::Duration pause) {
  for (uint32_t i = 0; i < 2; ++i) {
    CuttingProxyOptions cuts;
    cuts.cut_bytes_max = 20'000;
    cuts.seed = seed_ + i;
    proxies_.push_back(std::make_unique<CuttingProxy>(site.ingest_address(i), cuts));
  }
  for (uint32_t i = 0; i < clients; ++i) {
    LedgerClientOptions options;
    options.address = site.ingest_address(i % 2);
    options.connect_address = site.connect_address((i + 1) % 2);
    options.cutting_address = proxies_[(i + 1) % 2]->address();
    options.app = i % 3 == 2 ? "second" : "demo";
    options.region = i % 3 == 1 ? "us" : "eu";
    options.seed = seed_ + 100 + i;
    options.pause = pause;
    clients_.push_back(std::make_unique<LedgerClient>(options));
    threads_.emplace_back([this, i] { clients_[i]->Run(phase_); });
  }
}

void ClusterLedgerTest::FinishClients() {
  phase_ = ClientPhase::kFinish;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Ledger ClusterLedgerTest::Acknowledged() const {
  Ledger ledger;
  for (const auto& client : clients_) ledger.Add(client->ledger());
  return ledger;
}

uint64_t ClusterLedgerTest::Cuts() const {
  uint64_t cuts = 0;
  for (const auto& proxy : proxies_) cuts += proxy->cuts();
  return cuts;
}

std::string ClusterLedgerTest::KillLeader(const FrontSite& site, uint32_t partitions) {
  const int leader = raw_kafka::LeaderOf(site.kafka(), static_cast<int32_t>(Below(partitions)));
  if (leader < 1) return "no leader";
  KafkaBrokers::Kill(leader);
  Pause(absl::Milliseconds(Below(4000)));
  KafkaBrokers::Start({leader});
  return "leader killed";
}

void ClusterLedgerTest::StopAWhile(const ChildProcess& process, absl::Duration most) {
  kill(process.pid(), SIGSTOP);
  Pause(absl::Milliseconds(Below(static_cast<uint32_t>(absl::ToInt64Milliseconds(most)))));
  kill(process.pid(), SIGCONT);
}

std::string ClusterLedgerTest::KillFront(FrontSite* site, size_t front) {
  site->KillFront(front);
  EXPECT_TRUE(AwaitTrue([&] { return site->StartFront(front).ok(); }, absl::Minutes(1)));
  return "front killed";
}

void PrintFaults(const std::map<std::string, int>& faults) {
  for (const auto& [fault, times] : faults) std::cout << fault << ": " << times << "\n";
}

}  // namespace gmewatch
