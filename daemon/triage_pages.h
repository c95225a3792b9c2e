// The triage page, the runbooks and their JSON on the admin port. They are made from memory, so
// they work while Prometheus and Grafana are down. The counters are read every ten seconds, and
// when a page is requested.
//
// Thread safety: SetCatalog and Save from any thread; Observe from the thread that counts; the
// others from one at a time. `counters`, `clock` and what the functions reach must outlive it.
#ifndef GMEWATCH_DAEMON_TRIAGE_PAGES_H_
#define GMEWATCH_DAEMON_TRIAGE_PAGES_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/aggregate/counters.h"
#include "daemon/base/clock.h"
#include "daemon/base/periodic_task.h"
#include "daemon/catalog/catalog.h"
#include "daemon/expose/admin_server.h"
#include "daemon/model/epoch.h"
#include "daemon/model/explained_code.h"
#include "daemon/model/silence.h"
#include "daemon/model/spike.h"
#include "daemon/triage/answers.h"
#include "daemon/triage/links.h"
#include "daemon/triage/memory.h"
#include "daemon/triage/trust.h"

namespace gmewatch {

class TriagePages {
 public:
  using SpikesFn = std::function<SpikeSnapshot()>;
  using SilenceFn = std::function<SilenceSnapshot()>;
  using ExplainFn = std::function<std::optional<ExplainedCode>(int32_t code, bool other)>;
  using RejectedFn = std::function<RejectedByReason()>;
  // All fields but running_since, which is the time of construction.
  using StateFn = std::function<DaemonState()>;

  TriagePages(const Counters& counters, Clock& clock, SpikesFn spikes, ExplainFn explain,
              SilenceFn silence, RejectedFn rejected, StateFn state);
  TriagePages(const TriagePages&) = delete;
  TriagePages& operator=(const TriagePages&) = delete;

  // Takes effect with the next request.
  void SetCatalog(const Catalog& catalog, TriageLinks links);
  // After an epoch was applied.
  void Observe(uint64_t number, const Epoch& epoch, const std::vector<Verdict>& verdicts) {
    memory_.Observe(number, epoch, verdicts);
  }

  // Recovery, in this order. Load restores what Save returned when the counters are those of
  // `time`; if it cannot be read, the history starts empty and the log says so. Replayed follows
  // each epoch that was replayed, Recovered the last.
  void Load(const std::string& saved, absl::Time time);
  // The counters are those of `time` after it.
  void Replayed(uint64_t number, const Epoch& epoch, const std::vector<Verdict>& verdicts,
                absl::Time time);
  void Recovered(absl::Time time);
  // For the checkpoint.
  std::string Save() { return memory_.Save(rejected_()); }

  // Adds the pages to the server. REQUIRES: the server was not started.
  void AddTo(AdminServer* server);
  // Starts the history: what is counted from now on is part of it. Until then pages show what was
  // recovered so far.
  void Start();
  // Idempotent.
  void Stop();

 private:
  using AnswerFn = absl::FunctionRef<AdminResponse(const Answers& answers)>;
  struct Documents {
    Catalog catalog;
    TriageLinks links;
  };

  // Renders a response from the present state.
  AdminResponse Answer(AnswerFn answer);
  AdminResponse Top(const IncomingRequest& request);
  AdminResponse CodeHtml(const IncomingRequest& request);
  AdminResponse CodeJson(const IncomingRequest& request);
  AdminResponse DetectorJson(const IncomingRequest& request);
  absl::Duration RunOnce();

  Clock& clock_;
  const SpikesFn spikes_;
  const ExplainFn explain_;
  const SilenceFn silence_;
  const RejectedFn rejected_;
  const StateFn state_;
  const absl::Time start_;
  TriageMemory memory_;
  std::atomic<bool> started_{false};

  absl::Mutex mutex_;
  std::shared_ptr<const Documents> documents_ ABSL_GUARDED_BY(mutex_);

  PeriodicTask task_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_PAGES_H_
