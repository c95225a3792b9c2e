// Follows the markers of counters in partition 0, for what a front has from them: how many sessions
// they know.
//
// Thread safety: Start and Stop from one thread. `use` is called on the reader's thread. A marker
// may be missed; another one follows within ten seconds while a counter runs.
#ifndef GMEWATCH_DAEMON_MARKER_READER_H_
#define GMEWATCH_DAEMON_MARKER_READER_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/base/periodic_task.h"
#include "daemon/log/kafka/kafka_settings.h"
#include "daemon/log/kafka/kafka_tail.h"

namespace gmewatch {

class MarkerReader {
 public:
  using UseFn = std::function<void(uint64_t sessions_known)>;

  explicit MarkerReader(UseFn use) : use_(std::move(use)), task_([this] { return RunOnce(); }) {}
  MarkerReader(const MarkerReader&) = delete;
  MarkerReader& operator=(const MarkerReader&) = delete;

  absl::Status Start(const KafkaSettings& settings);
  // Takes half a second at most. Idempotent.
  void Stop() { task_.Stop(); }

 private:
  absl::Duration RunOnce();
  void Read(absl::string_view record);

  const UseFn use_;
  bool said_denied_ = false;
  std::unique_ptr<KafkaTail> tail_;
  PeriodicTask task_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MARKER_READER_H_
