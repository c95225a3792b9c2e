// Watches over the reports that arrive, in each place and of each version, logs when they stop and
// come again, and publishes what has stopped. A stop in a place explains those of versions.
//
// It does not take its own trouble for silence: what gmewatchd missed while it did not run, was
// suspended, could not commit or rejected batches for its own reasons is no data, nor is the time
// that clients need to come back. Its time follows the monotonic clock, over restarts too, so that
// setting the wall clock moves no day.
//
// Thread safety: Report from any thread; it never waits for a tick. Save and SetSettings from any
// thread; they may wait for one. Load, RunOnce, Start and Stop from one thread at a time, RunOnce
// not after Start. `counters`, `versions`, `clock` and what `intake` reaches must outlive it.
#ifndef GMEWATCH_DAEMON_SILENCE_WATCH_H_
#define GMEWATCH_DAEMON_SILENCE_WATCH_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/aggregate/counters.h"
#include "daemon/base/clock.h"
#include "daemon/base/periodic_task.h"
#include "daemon/detect/arrival_reader.h"
#include "daemon/detect/silence_detector.h"
#include "daemon/log/committer.h"
#include "daemon/model/detect_settings.h"
#include "daemon/model/silence.h"
#include "daemon/version_silence.h"

namespace gmewatch {

// What gmewatchd did so far with the batches that arrived.
struct Intake {
  uint64_t counted = 0;
  uint64_t rejected = 0;  // for reasons of its own: overloaded, session_limit, log_failed, stopping
  uint64_t commits = 0;
  uint64_t failed_commits = 0;
  uint64_t pending_bytes = 0;  // waiting for a commit now
};

Intake IntakeOf(const AggregateStats& aggregate, const CommitterStats& committer);

class SilenceWatch {
 public:
  using IntakeFn = std::function<Intake()>;

  SilenceWatch(const DetectSettings& settings, const Counters& counters, VersionTable& versions,
               Clock& clock, IntakeFn intake);
  SilenceWatch(const SilenceWatch&) = delete;
  SilenceWatch& operator=(const SilenceWatch&) = delete;

  // Goes on with what Save returned. If it cannot be read, the log says so, and days are learned
  // again. REQUIRES: RunOnce and Start were not called.
  void Load(const std::string& saved);
  void SetSettings(const DetectSettings& settings);

  void Start();
  // Idempotent.
  void Stop();
  // Takes the ticks that have ended since the last call; the thread does this. Returns the time
  // until the next ends.
  absl::Duration RunOnce();

  // The snapshot of the last tick.
  SilenceSnapshot Report() const;
  // For the checkpoint.
  std::string Save();

  // A tick is as long as the spike detector's, but not longer than this.
  static constexpr absl::Duration kTickMax = absl::Seconds(10);
  // After a time without data clients need as long as that, within these bounds, to come back: they
  // wait longer from try to try, up to five minutes by default.
  static constexpr absl::Duration kReturnMin = absl::Minutes(1);
  static constexpr absl::Duration kReturnMax = absl::Minutes(5);

 private:
  int64_t OwnSeconds() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Tick() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether nothing can be said about the `ticks` ticks that ended: gmewatchd did not count what
  // arrived.
  bool IsBlind(int64_t ticks) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Counters& counters_;
  Clock& clock_;
  const IntakeFn intake_;
  const int64_t tick_seconds_;

  // Held over a whole tick.
  absl::Mutex mutex_;
  SilenceDetector detector_ ABSL_GUARDED_BY(mutex_);
  VersionSilence versions_ ABSL_GUARDED_BY(mutex_);
  std::optional<ArrivalReader> reader_ ABSL_GUARDED_BY(mutex_);  // from the first RunOnce on
  int64_t offset_s_ ABSL_GUARDED_BY(mutex_);  // its own time minus the monotonic clock
  int64_t last_tick_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t seen_s_ ABSL_GUARDED_BY(mutex_) = 0;   // when there was data last, by its own time
  int64_t blind_s_ ABSL_GUARDED_BY(mutex_) = 0;  // there is no data until then
  Intake before_ ABSL_GUARDED_BY(mutex_);

  // Held for the copy of a pointer.
  mutable absl::Mutex published_mutex_ ABSL_ACQUIRED_AFTER(mutex_);
  SilenceSnapshot report_ ABSL_GUARDED_BY(published_mutex_);

  PeriodicTask task_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_SILENCE_WATCH_H_
