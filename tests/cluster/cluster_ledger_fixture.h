// Clients with ledgers that report to two fronts over connections that are cut, while something is
// broken. GMEWATCH_CLUSTER_SEED repeats a run as far as chance goes.
#ifndef GMEWATCH_TESTS_CLUSTER_CLUSTER_LEDGER_FIXTURE_H_
#define GMEWATCH_TESTS_CLUSTER_CLUSTER_LEDGER_FIXTURE_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "tests/cluster/brokers_fixture.h"
#include "tests/cluster/front_site.h"
#include "tests/integration/ledger.h"
#include "tests/integration/ledger_client.h"
#include "tests/support/cutting_proxy.h"

namespace gmewatch {

class ClusterLedgerTest : public BrokersTest {
 protected:
  void SetUp() override;

  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_()) % bound; }

  // Each client uses both fronts and pauses between its reports.
  void StartClients(const FrontSite& site, uint32_t clients, absl::Duration pause);
  // Returns when all have an answer to everything.
  void FinishClients();
  // What they know, of all clients together. REQUIRES: they have finished.
  Ledger Acknowledged() const;
  uint64_t Cuts() const;

  // Kills the leader of a partition and starts it again.
  std::string KillLeader(const FrontSite& site, uint32_t partitions);
  // Stops the process for less than `most`.
  void StopAWhile(const ChildProcess& process, absl::Duration most);
  std::string KillFront(FrontSite* site, size_t front);

 private:
  uint32_t seed_ = 0;
  std::mt19937 random_;
  std::atomic<ClientPhase> phase_ = ClientPhase::kGoOn;
  std::vector<std::unique_ptr<CuttingProxy>> proxies_;
  std::vector<std::unique_ptr<LedgerClient>> clients_;
  std::vector<std::thread> threads_;
};

// Prints how often each fault was.
void PrintFaults(const std::map<std::string, int>& faults);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_CLUSTER_CLUSTER_LEDGER_FIXTURE_H_
