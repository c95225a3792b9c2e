// A gmewatchd with clients that keep ledgers, a scraper, and on demand a proxy that cuts
// connections and a real Prometheus. A test does to the daemon what it likes; at the end, what was
// counted is compared with the ledgers.
//
// Thread safety: none. A daemon that does not start fails the test.
#ifndef GMEWATCH_TESTS_INTEGRATION_LEDGER_SITE_H_
#define GMEWATCH_TESTS_INTEGRATION_LEDGER_SITE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/ledger.h"
#include "tests/integration/ledger_client.h"
#include "tests/integration/prometheus_process.h"
#include "tests/integration/scrape_watch.h"
#include "tests/support/cutting_proxy.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/kill_point.h"

namespace gmewatch {

struct LedgerSiteOptions {
  std::string program;  // empty: gmewatchd
  // Added to the daemon's environment. An LD_PRELOAD here takes the place of the kill point's.
  std::vector<std::string> environment;
  uint32_t seed = 1;
  int clients = 8;
  absl::Duration client_pause;  // after each burst of batches
  bool cuts = true;             // half of what the clients send is cut somewhere
  absl::Duration hold_answers;  // above zero: every client gets every answer that much later
  bool prometheus = false;
  std::string settings = "log: {checkpoint_interval: 1s}\n";
};

// The result of a run.
struct Findings {
  Differences differences;
  Ledger ledger;
  uint64_t cuts = 0;
  uint64_t scrapes = 0;
  uint64_t lowered = 0;  // counters that were lower than a scrape before showed them
  int exit_status = -1;  // of the last process, after SIGTERM; -1 if it still runs

  // Numbers for people.
  std::string Summary() const;
};

class LedgerSite {
 public:
  explicit LedgerSite(const LedgerSiteOptions& options);
  LedgerSite(const LedgerSite&) = delete;
  LedgerSite& operator=(const LedgerSite&) = delete;
  ~LedgerSite();

  // Starts everything; returns when all clients' series show their counts.
  bool Start();
  GmewatchdProcess& daemon() { return *daemon_; }
  KillPoint& kill_point() { return kill_point_; }
  PrometheusProcess& prometheus() { return *prometheus_; }
  std::string StateDir() const { return dir_.File("state"); }

  // Kills the daemon and starts it again.
  bool KillAndRestart();
  // Starts the daemon again after it has ended. If the kill point ends it during the start, starts
  // it once more.
  bool Restart();
  // Lets the clients finish, compares, and ends the daemon with SIGTERM; with Prometheus the daemon
  // goes on, so that the test can wait for the last scrape.
  Findings Finish();

 private:
  bool StartDaemon();
  bool ShowCounts();
  void JoinClients(ClientPhase phase);

  const LedgerSiteOptions options_;
  std::mt19937 random_;
  TempDir dir_;
  KillPoint kill_point_;
  std::vector<std::string> arguments_;
  std::unique_ptr<GmewatchdProcess> daemon_;
  std::unique_ptr<PrometheusProcess> prometheus_;
  std::unique_ptr<CuttingProxy> proxy_;
  std::unique_ptr<ScrapeWatch> watch_;
  std::atomic<ClientPhase> phase_ = ClientPhase::kGoOn;
  std::vector<std::unique_ptr<LedgerClient>> clients_;
  std::vector<std::thread> threads_;
  Ledger first_;  // of the batches that made the series appear
  bool killed_ = false;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_INTEGRATION_LEDGER_SITE_H_
