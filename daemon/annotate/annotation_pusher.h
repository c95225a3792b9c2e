// Pushes each spike to Grafana as an annotation, where the settings name a Grafana.
//
// It asks for the newest report on a thread of its own, so neither counting nor the detector waits
// for it. What it must tell is the difference between the report and what Grafana is known to have
// (planner.h): while Grafana cannot be reached nothing piles up.
//
// The token is read from its file at every Use, and again where Grafana says 401 or 403. It is
// shown to Grafana only and never stands in a log line.
//
// Thread safety: Use and stats from any thread; Start, Stop and Turn from one at a time. `clock`
// and what `spikes` reaches must outlive it. Failures are told in stats(), and in the log when
// their kind changes.
#ifndef GMEWATCH_DAEMON_ANNOTATE_ANNOTATION_PUSHER_H_
#define GMEWATCH_DAEMON_ANNOTATE_ANNOTATION_PUSHER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/annotate/annotation_text.h"
#include "daemon/annotate/backoff.h"
#include "daemon/annotate/http_session.h"
#include "daemon/annotate/planner.h"
#include "daemon/base/clock.h"
#include "daemon/catalog/catalog.h"
#include "daemon/model/annotate_stats.h"
#include "daemon/model/spike.h"
#include "gmewatch/internal/config.pb.h"

namespace gmewatch {

struct PushTiming {
  absl::Duration deadline = HttpSession::kDeadline;  // of a request
  absl::Duration first_pause = absl::Seconds(1);     // after a failure, doubling
  absl::Duration longest_pause = absl::Minutes(1);
  absl::Duration poll = absl::Seconds(1);  // how often a new report is looked for
};

class AnnotationPusher {
 public:
  using SpikesFn = std::function<SpikeReport()>;

  // `seed`: of the random part of pauses.
  AnnotationPusher(Clock& clock, SpikesFn spikes, uint32_t seed, PushTiming timing = {});
  AnnotationPusher(const AnnotationPusher&) = delete;
  AnnotationPusher& operator=(const AnnotationPusher&) = delete;
  ~AnnotationPusher();

  // From now on. `public_url`: of the admin port, for links to the runbook.
  void Use(const internal::Annotations& settings, const Catalog& catalog,
           const std::string& public_url);

  void Start();
  // Ends a request under way. Spikes that last stay marked as such, and the next start goes on with
  // them. Idempotent.
  void Stop();

  // At most one request; what the thread does. How long there is nothing to do then.
  absl::Duration Turn();

  AnnotateStats stats() const;

  // After a POST without an answer, so that Grafana is done with it before it is searched for.
  static constexpr absl::Duration kSettleTime = absl::Seconds(5);

 private:
  struct Given {
    internal::Annotations settings;
    Catalog catalog;
    AnnotationLinks links;
  };

  void Run();
  // Takes up what Use gave; whether anything is to be pushed.
  bool TakeUp();
  void TakeReport();
  absl::Status ReadToken();
  HttpRequest RequestFor(const PlannedRequest& planned) const;
  void Carry(const PlannedRequest& planned);
  // Whether the answer of status 200 says what it should.
  absl::Status TakeAnswer(const PlannedRequest& planned, const std::string& body);
  // `carried_out`: the request may have been.
  void Fail(AnnotateFailure failure, absl::string_view why, bool carried_out);
  void Succeed();
  void Count(AnnotateFailure failure, uint64_t times);
  void UpdateQueue();

  Clock& clock_;
  const SpikesFn spikes_;
  const PushTiming timing_;
  HttpSession session_;

  // Of the thread.
  Planner planner_;
  Backoff backoff_;
  std::optional<Given> given_;
  std::string token_;
  int64_t report_time_s_ = 0;
  absl::Duration not_before_;                    // monotonic
  std::optional<AnnotateFailure> last_failure_;  // since the last success

  mutable absl::Mutex mutex_;
  std::optional<Given> next_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  AnnotateStats stats_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_ANNOTATE_ANNOTATION_PUSHER_H_
