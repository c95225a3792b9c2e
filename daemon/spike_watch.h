// Has the detector look at the counters every tick, and tells of what it finds: in the log, and to
// whoever asks.
//
// Thread safety: Report, Save, SetCatalog, SetSettings and stats from any thread; Load, Start and
// Stop from one. `counters` and `clock` must outlive it. Counting does not wait for a tick.
#ifndef GMEWATCH_DAEMON_SPIKE_WATCH_H_
#define GMEWATCH_DAEMON_SPIKE_WATCH_H_

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/aggregate/counters.h"
#include "daemon/base/clock.h"
#include "daemon/catalog/catalog.h"
#include "daemon/detect/counter_reader.h"
#include "daemon/detect/detector.h"
#include "daemon/model/checkpoint.h"
#include "daemon/model/detect_settings.h"
#include "daemon/model/spike.h"

namespace gmewatch {

class SpikeWatch {
 public:
  SpikeWatch(const DetectSettings& settings, const Counters& counters, Clock& clock);
  SpikeWatch(const SpikeWatch&) = delete;
  SpikeWatch& operator=(const SpikeWatch&) = delete;
  ~SpikeWatch();

  // Goes on from what Save gave; where that cannot be read, says so in the log and begins anew:
  // counting does not depend on it.
  void Load(const std::vector<DetectorPage>& pages);
  void SetCatalog(const Catalog& catalog);
  // All but the tick, which needs a restart.
  void SetSettings(const DetectSettings& settings);

  void Start();
  // Idempotent.
  void Stop();
  // One look at the counters, if a tick has passed since the last; what the thread does.
  void Look();

  SpikeReport Report() const;
  struct Saved {
    std::vector<DetectorPage> pages;
    bool whole = false;  // everything, in place of what was saved before
  };
  Saved Save(bool changed_only);
  struct Stats {
    absl::Duration last_duration;  // of the last look
    uint64_t series = 0;           // that are watched
    uint64_t incidents = 0;        // that are active
  };
  Stats stats() const;

  // Clients have come back by then after a time in which nobody answered; what they had kept is
  // reckoned over that time, not as one tick's.
  static constexpr absl::Duration kSettleTime = absl::Minutes(1);

 private:
  uint32_t TickNow() const;
  void Run();
  void Begin() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void UpdateCodes() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void BeginAnew(absl::string_view why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Log lines for what changed between two reports.
  void Tell(const SpikeReport& before, const SpikeReport& after)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string NameOf(const SpikePlace& where) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Counters& counters_;
  Clock& clock_;
  const absl::Duration tick_;

  mutable absl::Mutex mutex_;
  DetectSettings settings_ ABSL_GUARDED_BY(mutex_);
  Detector detector_ ABSL_GUARDED_BY(mutex_);
  Catalog catalog_ ABSL_GUARDED_BY(mutex_);
  bool codes_changed_ ABSL_GUARDED_BY(mutex_) = true;
  bool save_whole_ ABSL_GUARDED_BY(mutex_) = true;
  std::optional<CounterReader> reader_ ABSL_GUARDED_BY(mutex_);  // from the first look on
  // Before this tick what comes gathers for the first look.
  uint32_t first_tick_ ABSL_GUARDED_BY(mutex_) = 0;
  uint32_t last_tick_ ABSL_GUARDED_BY(mutex_) = 0;
  SpikeReport report_ ABSL_GUARDED_BY(mutex_);
  absl::Duration last_duration_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_SPIKE_WATCH_H_
