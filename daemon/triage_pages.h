// The triage page, the runbooks and their JSON on the admin port, out of memory: they answer while
// Prometheus and Grafana are down. Has the counters looked at every ten seconds, and when somebody
// asks.
//
// Thread safety: SetCatalog and Save from any thread; Observe from the one that counts; the others
// from one. `counters`, `clock` and what the functions reach must outlive it.
#ifndef GMEWATCH_DAEMON_TRIAGE_PAGES_H_
#define GMEWATCH_DAEMON_TRIAGE_PAGES_H_

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/aggregate/counters.h"
#include "daemon/base/clock.h"
#include "daemon/catalog/catalog.h"
#include "daemon/expose/admin_server.h"
#include "daemon/model/epoch.h"
#include "daemon/model/spike.h"
#include "daemon/triage/answers.h"
#include "daemon/triage/links.h"
#include "daemon/triage/memory.h"
#include "daemon/triage/trust.h"

namespace gmewatch {

class TriagePages {
 public:
  using SpikesFn = std::function<SpikeReport()>;
  using RefusedFn = std::function<RejectedByReason()>;
  // All but since when it runs: that is since this was made.
  using StateFn = std::function<DaemonState()>;

  TriagePages(const Counters& counters, Clock& clock, SpikesFn spikes, RefusedFn refused,
              StateFn state);
  TriagePages(const TriagePages&) = delete;
  TriagePages& operator=(const TriagePages&) = delete;
  ~TriagePages();

  void SetCatalog(const Catalog& catalog, TriageLinks links);
  // After an epoch was applied.
  void Observe(uint64_t number, const Epoch& epoch, const std::vector<Verdict>& verdicts) {
    memory_.Observe(number, epoch, verdicts);
  }

  // Recovery, in this order: takes up what Save gave, once the counters count up to `time`, or says
  // in the log why it begins anew; after each epoch that was replayed; after the last.
  void Load(const std::string& saved, absl::Time time);
  void Replayed(uint64_t number, const Epoch& epoch, const std::vector<Verdict>& verdicts);
  void Recovered(absl::Time time);
  // For the checkpoint.
  std::string Save() { return memory_.Save(refused_()); }

  // Its pages. REQUIRES: the server was not started.
  void AddTo(AdminServer* server);
  // What is counted from now on is history.
  void Start();
  // Idempotent.
  void Stop();

 private:
  using AnswerFn = absl::FunctionRef<AdminResponse(const Answers& answers)>;

  void Run();
  // With all that is known now.
  AdminResponse Answer(AnswerFn answer);
  AdminResponse Top(const AdminRequest& request);
  AdminResponse CodeHtml(const AdminRequest& request);
  AdminResponse CodeJson(const AdminRequest& request);

  Clock& clock_;
  const SpikesFn spikes_;
  const RefusedFn refused_;
  const StateFn state_;
  const absl::Time start_;
  TriageMemory memory_;

  absl::Mutex mutex_;
  Catalog catalog_ ABSL_GUARDED_BY(mutex_);
  TriageLinks links_ ABSL_GUARDED_BY(mutex_);

  absl::Mutex thread_mutex_;
  bool stopping_ ABSL_GUARDED_BY(thread_mutex_) = false;
  std::thread thread_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_PAGES_H_
