// Everything that reads the counters, in the roles that count: the triage page, the detectors, the
// annotations, the metrics page, and the checkpoints, which have the state of all of them.
//
// Order: Restore and Replayed during recovery, Recovered after it; LoadDetectors; Start; Stop.
//
// Thread safety: Observe from the thread that counts; Render, checkpoints and the pages from any;
// the rest from one at a time. `aggregate`, `clock` and what the functions reach must outlive it.
#ifndef GMEWATCH_DAEMON_COUNT_READERS_H_
#define GMEWATCH_DAEMON_COUNT_READERS_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/annotate/annotation_pusher.h"
#include "daemon/base/clock.h"
#include "daemon/checkpointer.h"
#include "daemon/daemon_files.h"
#include "daemon/expose/admin_server.h"
#include "daemon/expose/metrics_page.h"
#include "daemon/log/checkpoint_store.h"
#include "daemon/shared_session_watch.h"
#include "daemon/silence_watch.h"
#include "daemon/spike_watch.h"
#include "daemon/triage_pages.h"

namespace gmewatch {

// What the role knows and they do not.
struct CountReaderParts {
  std::function<RejectedByReason()> rejected;
  SilenceWatch::IntakeFn intake;
  ZeroFirst::ShowFn show;
  // Whether other processes show the same counters.
  bool shared = false;
  // Whether the counters have everything up to now; may take up to half a tick. Absent: always.
  SpikeWatch::CompleteFn complete;
  // Whether this process is the one to push annotations. Absent: it is.
  std::function<bool()> pushes;
  // Adds what the role has beside the readers.
  std::function<void(SelfStats*)> add_stats;
  std::function<void(DaemonState*)> add_state;
};

class CountReaders {
 public:
  CountReaders(Aggregate& aggregate, Clock& clock, const DetectSettings& detect,
               CountReaderParts parts);
  CountReaders(const CountReaders&) = delete;
  CountReaders& operator=(const CountReaders&) = delete;
  // Stops.
  ~CountReaders();

  // Starts from this checkpoint, the aggregate too. DataLoss if it contradicts itself.
  absl::Status Restore(Checkpoint checkpoint);
  // An epoch that was applied before Start; the counters are those of `time` now.
  void Replayed(uint64_t number, const Epoch& epoch, const std::vector<Verdict>& verdicts,
                absl::Time time) {
    triage_.Replayed(number, epoch, verdicts, time);
  }
  void Recovered(absl::Time time) { triage_.Recovered(time); }
  // The detectors go on with what the checkpoint has. REQUIRES: the counters have the rows and
  // columns of that time or later.
  void LoadDetectors();
  // An epoch that was applied after Start.
  void Observe(uint64_t number, const Epoch& epoch, const std::vector<Verdict>& verdicts) {
    shared_sessions_.Observe(epoch, verdicts);
    triage_.Observe(number, epoch, verdicts);
  }

  // Takes effect with the next request and tick. `url`: that of the admin port.
  void Use(const DaemonFiles& files, const std::string& url);
  void AddTo(AdminServer* server);
  // Writes a checkpoint to `store` each `interval`. REQUIRES: LoadDetectors was called.
  void StartCheckpoints(CheckpointStore& store, absl::Duration interval);
  // From now on what is counted is what is sent now; only now there is a metrics page. The settings
  // are those of Use.
  void Start(const DaemonFiles& files, const std::string& url);
  // Later: what it does not see it takes for silence.
  void StartSilence() { silence_.Start(); }
  // Before anything is stopped: that is no stop of reports.
  void StopSilence() { silence_.Stop(); }
  // Ends all of them and writes a last checkpoint. REQUIRES: nothing is applied any more.
  // Idempotent.
  void Stop();

  // A scrape. Unavailable before Start.
  absl::Status Render(const ScrapeRequest& request, ChunkSink sink);
  CheckpointStats checkpoints() const;

 private:
  DaemonState ReadState() const;
  SelfStats ReadStats() const;
  void AddToCheckpoint(bool changed_only, Checkpoint* checkpoint);

  Aggregate& aggregate_;
  Clock& clock_;
  const CountReaderParts parts_;
  std::vector<DetectorPage> restored_detector_;
  std::string restored_silence_;

  SpikeWatch spikes_;
  SilenceWatch silence_;
  TriagePages triage_;
  SharedSessionWatch shared_sessions_;
  AnnotationPusher annotations_;
  std::unique_ptr<Checkpointer> checkpointer_;  // null in memory
  // The same once it runs: pages are read before.
  std::atomic<const Checkpointer*> running_checkpointer_{nullptr};
  std::unique_ptr<MetricsPage> metrics_;  // null before Start
  std::atomic<bool> started_{false};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_COUNT_READERS_H_
