// Pushes each spike to Grafana as an annotation, if the settings name a Grafana.
//
// A thread of its own takes the newest spike report, so neither counting nor the detector waits for
// Grafana. It pushes the difference between that report and what Grafana is known to have
// (planner.h), so nothing piles up while Grafana cannot be reached.
//
// The token is read from its file after every Use, and again when Grafana answers 401 or 403. It is
// sent to Grafana only and never logged.
//
// Thread safety: Use and stats from any thread; Start, Stop and RunOnce from one at a time.
// `clock` and what `spikes` refers to must outlive it. Failures are counted in stats(), and logged
// when their kind changes.
#ifndef GMEWATCH_DAEMON_ANNOTATE_ANNOTATION_PUSHER_H_
#define GMEWATCH_DAEMON_ANNOTATE_ANNOTATION_PUSHER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/annotate/annotation_text.h"
#include "daemon/annotate/backoff.h"
#include "daemon/annotate/grafana_api.h"
#include "daemon/annotate/planner.h"
#include "daemon/base/clock.h"
#include "daemon/base/http_session.h"
#include "daemon/base/periodic_task.h"
#include "daemon/catalog/catalog.h"
#include "daemon/model/annotate_stats.h"
#include "daemon/model/spike.h"
#include "gmewatch/internal/config.pb.h"

namespace gmewatch {

struct PushTiming {
  absl::Duration deadline = absl::Seconds(10);    // of a request
  absl::Duration first_pause = absl::Seconds(1);  // after a failure; doubles with each in a row
  absl::Duration longest_pause = absl::Minutes(1);
  absl::Duration poll = absl::Seconds(1);  // how often the newest report is taken
};

class AnnotationPusher {
 public:
  using SpikesFn = std::function<SpikeSnapshot()>;

  // `seed` is for the random part of the pauses.
  AnnotationPusher(Clock& clock, SpikesFn spikes, uint32_t seed, PushTiming timing = {});
  AnnotationPusher(const AnnotationPusher&) = delete;
  AnnotationPusher& operator=(const AnnotationPusher&) = delete;
  ~AnnotationPusher();

  // Sets where to push from now on. `public_url` is the admin port's, for links to the runbook.
  void Use(const internal::Annotations& settings, const Catalog& catalog,
           const std::string& public_url);

  // Asked before each request: whether this process is the one to push. Absent: it is. REQUIRES:
  // Start was not called.
  void PushWhile(std::function<bool()> pushes) { pushes_ = std::move(pushes); }

  void Start();
  // Ends a request in progress. The annotations of active spikes stay marked as such, and the next
  // process continues them. Idempotent.
  void Stop();

  // The thread's step: sends at most one request. Returns how long there is nothing more to do.
  absl::Duration RunOnce();

  AnnotateStats stats() const;

  // The shortest pause after a POST without a response, so that Grafana has carried it out before
  // the annotation is searched for.
  static constexpr absl::Duration kPostGrace = absl::Seconds(5);

 private:
  struct Given {
    internal::Annotations settings;
    Catalog catalog;
    AnnotationLinks links;
  };

  // Applies the settings of the last Use; returns whether they name a Grafana.
  bool ApplySettings();
  void TakeReport();
  absl::Status ReadToken();
  GrafanaRequest RequestFor(const PlannedRequest& planned) const;
  void Carry(const PlannedRequest& planned);
  // Reads the body of a response with status 200; an error if it is not what the API promises.
  absl::Status TakeResponse(const PlannedRequest& planned, const std::string& body);
  // `may_be_done`: the request is a POST that may have been carried out.
  void Fail(AnnotateFailure failure, absl::string_view why, bool may_be_done);
  void Succeed();
  void Count(AnnotateFailure failure, uint64_t times);
  void UpdateQueue();

  Clock& clock_;
  const SpikesFn spikes_;
  const PushTiming timing_;
  HttpSession session_;

  std::function<bool()> pushes_;

  // Used by the thread only.
  bool paused_ = false;  // another process pushes
  Planner planner_;
  Backoff backoff_;
  std::optional<Given> given_;
  std::string token_;
  int64_t report_time_s_ = 0;
  absl::Duration not_before_;                    // of the next request; monotonic
  std::optional<AnnotateFailure> last_failure_;  // since the last success

  mutable absl::Mutex mutex_;
  std::optional<Given> next_ ABSL_GUARDED_BY(mutex_);
  AnnotateStats stats_ ABSL_GUARDED_BY(mutex_);

  PeriodicTask task_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_ANNOTATE_ANNOTATION_PUSHER_H_
