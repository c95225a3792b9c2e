// Runs the detector over the counters once a tick, logs what changes and publishes the result.
//
// Thread safety: Report and stats from any thread; they never wait for a tick. Save, Explain,
// SetCatalog and SetSettings from any thread; they may wait for one. Load, RunOnce, Start and Stop
// from one thread at a time, RunOnce not after Start. `counters` and `clock` must outlive it.
// Counting does not wait for a tick.
#ifndef GMEWATCH_DAEMON_SPIKE_WATCH_H_
#define GMEWATCH_DAEMON_SPIKE_WATCH_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/aggregate/counters.h"
#include "daemon/base/clock.h"
#include "daemon/base/periodic_task.h"
#include "daemon/catalog/catalog.h"
#include "daemon/detect/counter_reader.h"
#include "daemon/detect/detector.h"
#include "daemon/model/checkpoint.h"
#include "daemon/model/daemon_stats.h"
#include "daemon/model/detect_settings.h"
#include "daemon/model/explained_code.h"
#include "daemon/model/spike.h"

namespace gmewatch {

class SpikeWatch {
 public:
  SpikeWatch(const DetectSettings& settings, const Counters& counters, Clock& clock);
  SpikeWatch(const SpikeWatch&) = delete;
  SpikeWatch& operator=(const SpikeWatch&) = delete;

  // Restores what Save returned. If it cannot be read, the detector starts without a past, and the
  // log says so: counting does not depend on it. REQUIRES: RunOnce and Start were not called.
  void Load(const std::vector<DetectorPage>& pages);
  void SetCatalog(const Catalog& catalog);
  // Takes effect with the next tick. The length of a tick changes with the next start only.
  void SetSettings(const DetectSettings& settings);

  // Asked before each tick: whether the counters have everything up to now. If they do not, the
  // tick is skipped, and the next one covers its time too; after kSkippedMax of them clients come
  // back with what they kept, as after a restart. Absent: they always have it. REQUIRES: Start was
  // not called.
  using CompleteFn = std::function<bool()>;
  void AskBeforeTicks(CompleteFn complete) { complete_ = std::move(complete); }
  static constexpr int kSkippedMax = 6;

  void Start();
  // Idempotent.
  void Stop();
  // Runs the detector if a tick has ended since the last call; the thread does this. Returns the
  // time until the next tick ends.
  absl::Duration RunOnce();

  // The snapshot of the last tick.
  SpikeSnapshot Report() const;
  DetectorStats stats() const;
  // What the detector knows of a code; nothing if it was never counted. A tick waits for the copy
  // of a few rows only.
  std::optional<ExplainedCode> Explain(int32_t code, bool other);

  struct Saved {
    std::vector<DetectorPage> pages;
    bool whole = false;  // replaces everything that was saved before
  };
  Saved Save(bool changed_only);

  // After a restart clients need this long to come back with the events they kept. The first tick
  // waits for them and covers the whole time since the last tick before the restart.
  static constexpr absl::Duration kReconnectTime = absl::Minutes(1);

 private:
  uint32_t TickNow() const;
  // Finds out which ticks are to come, when the counters are read for the first time.
  void Begin() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The first tick waits for clients that come back with what they kept, and covers the time since
  // the last one.
  void AwaitClients(uint32_t now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Fails if the clock was set back too far; then the detector was reset.
  absl::Status Tick() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void UpdateCodes() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Forgets all that was learned.
  void Reset() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Publish(SpikeReport report, absl::Duration tick_duration);

  const Counters& counters_;
  Clock& clock_;
  const absl::Duration tick_;

  // Held over a whole tick.
  absl::Mutex mutex_;
  DetectSettings settings_ ABSL_GUARDED_BY(mutex_);
  Detector detector_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const Catalog> catalog_ ABSL_GUARDED_BY(mutex_);
  bool codes_changed_ ABSL_GUARDED_BY(mutex_) = true;
  bool save_whole_ ABSL_GUARDED_BY(mutex_) = true;
  std::optional<CounterReader> reader_ ABSL_GUARDED_BY(mutex_);  // from the first RunOnce on
  // The detector runs for ticks from this one on; the first covers all events before it.
  uint32_t first_tick_ ABSL_GUARDED_BY(mutex_) = 0;
  uint32_t last_tick_ ABSL_GUARDED_BY(mutex_) = 0;

  // Held for the copy of a pointer or a few numbers.
  mutable absl::Mutex published_mutex_ ABSL_ACQUIRED_AFTER(mutex_);
  SpikeSnapshot report_ ABSL_GUARDED_BY(published_mutex_);
  DetectorStats stats_ ABSL_GUARDED_BY(published_mutex_);

  CompleteFn complete_;
  size_t codes_logged_ = 0;  // for RunOnce
  int skipped_ = 0;          // for RunOnce: ticks in succession

  PeriodicTask task_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_SPIKE_WATCH_H_
