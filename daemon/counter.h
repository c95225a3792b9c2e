// The role counter: reads the log that fronts write, counts it and shows the counts, as a daemon
// does with what it takes itself. It takes no batches. Several counters of one log do the same work
// each for itself, and nothing is handed over when one ends.
//
// A start does not wait for the brokers: the admin port opens, /readyz says why the counter is not
// ready, and once a minute so does the log. It is ready when it has counted everything that was
// acknowledged up to then. What is wrong with the log itself ends the process, with words.
//
// Thread safety: that of Service. Errors of Start: InvalidArgument and FailedPrecondition, wrong
// usage or settings, or a state of another role; DataLoss, the state is damaged.
#ifndef GMEWATCH_DAEMON_COUNTER_H_
#define GMEWATCH_DAEMON_COUNTER_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/base/clock.h"
#include "daemon/base/periodic_task.h"
#include "daemon/count_readers.h"
#include "daemon/counter_log.h"
#include "daemon/daemon_options.h"
#include "daemon/expose/admin_server.h"
#include "daemon/log/checkpoint_store.h"
#include "daemon/log/state_lock.h"
#include "daemon/recent_scrape.h"
#include "daemon/service.h"
#include "daemon/service_core.h"
#include "daemon/session_room.h"

namespace gmewatch {

class Counter final : public Service {
 public:
  // Returns when the state is loaded and the admin port is open.
  static absl::StatusOr<std::unique_ptr<Counter>> Start(DaemonOptions options, Clock& clock);
  ~Counter() override;

  std::string ingest_address() const override { return ""; }
  std::string admin_address() const override { return admin_->address(); }
  std::string connect_address() const override { return ""; }
  void Reload() override;
  // Writes a checkpoint.
  absl::Status Stop() override;

 private:
  Counter(DaemonOptions options, Clock& clock)
      : core_(std::move(options), clock), scraped_(clock), work_([this] { return Work(); }) {}

  absl::Status OpenState();
  absl::Status Restore();
  absl::Status StartAdmin();
  void StopParts();
  void Use(const DaemonFiles& files);

  // The next step: connects, catches up, or looks after the log. Returns the time until the next.
  absl::Duration Work();
  absl::Duration Connect();
  absl::Duration CatchUp();
  absl::Duration LookAfter();
  // Whether the log is to say again that the counter waits.
  bool IsToSay();
  // The counts are up to date for the first time.
  void Serve();

  // On the follower's thread.
  void Counted(const Epoch& epoch, const std::vector<Verdict>& verdicts);
  absl::Status Scrape(const ScrapeRequest& request, ChunkSink sink);
  absl::Status SendState(ChunkSink sink);
  absl::Status Ready() const;
  void AddStats(SelfStats* stats) const;
  void AddState(DaemonState* state) const;

  ServiceCore core_;

  // In the order of dependence: each part uses those above it.
  std::optional<StateLock> lock_;
  std::unique_ptr<CheckpointStore> store_;
  Aggregate aggregate_;
  std::unique_ptr<CountReaders> readers_;
  std::vector<PartitionRow> restored_;  // the positions that the state has
  std::atomic<uint64_t> sessions_limit_{UINT64_MAX};
  std::atomic<int64_t> read_wait_ms_{0};
  RecentScrape scraped_;
  std::unique_ptr<CounterLog> log_;
  std::unique_ptr<AdminServer> admin_;
  std::atomic<bool> caught_up_{false};
  bool stopped_ = false;

  // For the follower's thread.
  uint64_t number_ = 0;  // of the newest record, over all partitions
  SessionRoom session_room_;

  // For the thread of Work.
  absl::Duration said_waiting_ = -absl::InfiniteDuration();
  absl::Duration checked_ = -absl::InfiniteDuration();

  absl::Mutex reload_mutex_;  // between a reload and Serve
  PeriodicTask work_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_COUNTER_H_
