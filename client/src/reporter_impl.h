// The implementation of Reporter: the table that Report writes, the Outbox that makes batches, the
// Sender that sends them, and the one thread that runs both.
//
// Thread safety: as Reporter's. The thread owns a share of this object, so that a Stop at its
// deadline can leave the thread behind instead of waiting for the network.
#ifndef GMEWATCH_CLIENT_SRC_REPORTER_IMPL_H_
#define GMEWATCH_CLIENT_SRC_REPORTER_IMPL_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "client/src/code_table.h"
#include "client/src/detail_list.h"
#include "client/src/monitor.h"
#include "client/src/outbox.h"
#include "client/src/sender.h"
#include "gmewatch/reporter.h"

namespace gmewatch {

class Reporter::Impl {
 public:
  explicit Impl(ReporterOptions options);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Starts the thread. Nothing is counted before.
  static void Start(const std::shared_ptr<Impl>& self);

  void Report(int32_t code, uint32_t count) noexcept {
    if (counting_) table_.Add(code, count);
  }
  void Detail(int32_t code, const char* operation, int64_t underlying_code) noexcept;
  bool SetKey(std::string key);
  bool Flush(absl::Duration deadline);
  bool Stop(absl::Duration deadline);
  ReporterStats Stats() const;
  const std::string& error() const { return error_; }
  bool is_counting() const { return counting_; }

 private:
  void Run();
  // Takes the outcome of a batch that was sent when `keys` keys had been set.
  void Settle(const client::Outcome& outcome, uint64_t keys);
  // Waits for the next attempt and makes it; returns false if the thread is to end.
  bool Step();
  // Whether this is a child that the process was forked into.
  bool InOtherProcess() const;
  bool FlushUntil(absl::Duration deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(monitor_);

  std::string error_;        // written before another thread knows the object
  const std::string unfit_;  // what was wrong with the options but does no harm
  bool counting_ = false;    // written before another thread knows the object
  const pid_t process_;
  const absl::Duration acknowledge_timeout_;
  const absl::Duration idle_timeout_;
  const bool fail_fast_;
  const std::function<void()> on_key_rejected_;

  client::CodeTable table_;
  client::DetailList details_;
  client::Sender sender_;           // Send and HangUp are called by the thread only
  absl::Duration connection_used_;  // used by the thread only

  mutable client::Monitor monitor_;
  client::Outbox outbox_ ABSL_GUARDED_BY(monitor_);  // refers to table_ and details_
  uint64_t keys_ ABSL_GUARDED_BY(monitor_) = 0;      // set so far
  bool stopping_ ABSL_GUARDED_BY(monitor_) = false;
  bool ended_ ABSL_GUARDED_BY(monitor_) = true;  // no thread runs, or it is about to return
  std::thread thread_ ABSL_GUARDED_BY(monitor_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_CLIENT_SRC_REPORTER_IMPL_H_
