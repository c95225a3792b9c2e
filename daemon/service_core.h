// What the process of each role has: the files that it was started with and their reload, the error
// because of which it must end, and what it says of itself.
//
// Thread safety: Load and Reload from the thread that starts the role; the rest from any.
#ifndef GMEWATCH_DAEMON_SERVICE_CORE_H_
#define GMEWATCH_DAEMON_SERVICE_CORE_H_

#include <functional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/daemon_files.h"
#include "daemon/daemon_options.h"
#include "daemon/expose/admin_guard.h"
#include "daemon/model/daemon_stats.h"
#include "daemon/triage/trust.h"

namespace gmewatch {

class ServiceCore {
 public:
  // `clock` must outlive it.
  ServiceCore(DaemonOptions options, Clock& clock)
      : options_(std::move(options)), clock_(clock), started_(clock.Monotonic()) {}
  ServiceCore(const ServiceCore&) = delete;
  ServiceCore& operator=(const ServiceCore&) = delete;

  // Reads the files that the options name. Errors: those of LoadFiles.
  absl::Status Load();
  // Reads them again. If they are right, `use` puts them into effect; otherwise logs why, and they
  // stay as they were.
  void Reload(absl::FunctionRef<void(const DaemonFiles&)> use);
  // What the role itself takes from the settings; `url` is that of the admin port. Logs what makes
  // the installation easy to attack and did not before.
  void Use(const Settings& settings, const std::string& url);
  // The URL at which people reach the admin port, which listens on `admin_address`.
  static std::string UrlOf(const Settings& settings, const std::string& admin_address);

  // The process must end because of this: calls on_fatal. The first error counts.
  void Fail(const absl::Status& status);
  absl::Status fatal() const;
  // What a check of the shared log's topic found while the process runs. False: the topic is wrong,
  // and the process fails with that. That it cannot be checked is a warning.
  bool AcceptsTopic(const absl::Status& checked);
  void SetReady(bool ready);
  bool is_ready() const;
  // The start: how long it took, and which one it is.
  void SetRecovery(absl::Duration took);
  void CountStart(const absl::StatusOr<uint64_t>& starts);

  // What the triage page says of the settings.
  void AddTo(DaemonState* state) const;
  // `ready`: whether the role takes its part in the work at present.
  DaemonStats Stats(bool ready) const;

  const DaemonOptions& options() const { return options_; }
  // Those in effect. For the thread that starts and reloads.
  const DaemonFiles& files() const { return files_; }
  Clock& clock() const { return clock_; }
  AdminGuard& guard() { return guard_; }

 private:
  const DaemonOptions options_;
  Clock& clock_;
  const absl::Duration started_;
  DaemonFiles files_;
  Settings started_with_;  // some settings change with the next start only
  AdminGuard guard_;

  mutable absl::Mutex mutex_;
  absl::Status fatal_ ABSL_GUARDED_BY(mutex_);
  DaemonStats stats_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_SERVICE_CORE_H_
