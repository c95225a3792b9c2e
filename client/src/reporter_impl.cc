#include "client/src/reporter_impl.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/src/options.h"

namespace gmewatch {
namespace {

using client::MonitorLock;
using client::Monotonic;

// How long Stop waits beyond its deadline for a cancelled call to return: the machine has to do
// that, not the network.
constexpr absl::Duration kCancelGrace = absl::Milliseconds(200);

std::string RandomSessionId(std::random_device* random) {
  std::string id;
  for (int word = 0; word < 4; ++word) {
    const uint32_t bits = (*random)();
    for (uint32_t shift = 0; shift < 32; shift += 8) {
      id.push_back(static_cast<char>((bits >> shift) & 0xFFU));
    }
  }
  return id;
}

client::Session MakeSession(const ReporterOptions& options) {
  std::random_device random;
  client::Session session;
  session.id = RandomSessionId(&random);
  session.app = options.app;
  session.region = options.region;
  session.app_version = options.app_version;
  session.sdk_version = options.sdk_version;
  session.platform = options.platform;
  return session;
}

client::OutboxOptions MakeOutboxOptions(const ReporterOptions& options) {
  client::OutboxOptions made;
  made.flush_interval = absl::FromChrono(options.flush_interval);
  made.first_flush_interval = absl::FromChrono(options.first_flush_interval);
  made.initial_backoff = absl::FromChrono(options.initial_backoff);
  made.max_backoff = absl::FromChrono(options.max_backoff);
  made.session_horizon = absl::FromChrono(options.session_horizon);
  made.fail_fast = options.fail_fast;
  return made;
}

// Keeps the game's signal handlers off our threads; gRPC's threads inherit the mask from ours.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

Reporter::Impl::Impl(ReporterOptions options)
    : error_(client::FindFault(options)),
      unfit_(client::FitTexts(&options)),
      process_(getpid()),
      acknowledge_timeout_(absl::FromChrono(options.acknowledge_timeout)),
      idle_timeout_(absl::FromChrono(options.idle_timeout)),
      fail_fast_(options.fail_fast),
      on_key_rejected_(std::move(options.on_key_rejected)),
      sender_(std::move(options.address), std::move(options.key), std::move(options.tls)),
      connection_used_(Monotonic()),
      outbox_(MakeOutboxOptions(options), MakeSession(options), &table_, &details_,
              std::random_device()(), Monotonic()) {}

void Reporter::Impl::Start(const std::shared_ptr<Impl>& self) {
  if (!self->error_.empty()) return;
  MonitorLock lock(&self->monitor_);
  try {
    const SignalsBlocked blocked;
    self->thread_ = std::thread([self] { self->Run(); });
  } catch (const std::system_error& failure) {
    self->error_ = absl::StrCat("cannot start a thread: ", failure.what());
    return;
  }
  self->error_ = self->unfit_;
  self->ended_ = false;
  self->counting_ = true;
}

void Reporter::Impl::Run() {
  while (Step()) {
  }
  sender_.HangUp();
  MonitorLock lock(&monitor_);
  ended_ = true;
  monitor_.NotifyAll();
}

bool Reporter::Impl::Step() {
  std::optional<client::OutgoingBatch> batch;
  uint64_t keys = 0;
  {
    MonitorLock lock(&monitor_);
    const absl::Duration attempt = outbox_.NextAttempt();
    const absl::Duration hang_up =
        sender_.connected() ? connection_used_ + idle_timeout_ : absl::InfiniteDuration();
    monitor_.AwaitUntil(std::min(attempt, hang_up), [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(monitor_) {
      return stopping_ || outbox_.NextAttempt() < attempt;
    });
    if (stopping_) return false;
    const absl::Duration now = Monotonic();
    if (outbox_.NextAttempt() <= now) {
      batch = outbox_.Next(now);
      keys = keys_;
      monitor_.NotifyAll();  // Next may have given a batch up, which settles it
    }
  }
  if (!batch.has_value()) {
    if (sender_.connected() && Monotonic() >= connection_used_ + idle_timeout_) sender_.HangUp();
    return true;
  }
  const client::Outcome outcome = sender_.Send(*batch, acknowledge_timeout_);
  connection_used_ = Monotonic();
  Settle(outcome, keys);
  return true;
}

void Reporter::Impl::Settle(const client::Outcome& outcome, uint64_t keys) {
  bool rejected = absl::IsUnauthenticated(outcome.status);
  {
    MonitorLock lock(&monitor_);
    outbox_.Settle(connection_used_, outcome);
    // The batch may have been sent with the key before.
    if (rejected && keys != keys_) {
      outbox_.RetryWithNewKey();
      rejected = false;
    }
    // Whoever stops it may be gone, with what the callback refers to.
    if (stopping_) rejected = false;
    monitor_.NotifyAll();
  }
  if (rejected && on_key_rejected_) on_key_rejected_();
}

bool Reporter::Impl::SetKey(std::string key) {
  if (!client::KeyFault(key).empty() || InOtherProcess()) return false;
  MonitorLock lock(&monitor_);
  sender_.SetKey(std::move(key));
  ++keys_;
  outbox_.RetryWithNewKey();
  monitor_.NotifyAll();
  return true;
}

bool Reporter::Impl::InOtherProcess() const { return getpid() != process_; }

void Reporter::Impl::Detail(int32_t code, const char* operation, int64_t underlying_code) noexcept {
  // A lock that the parent held while it forked is never released in the child.
  if (!counting_ || InOtherProcess()) return;
  details_.Add(code, operation == nullptr ? "" : operation, underlying_code);
}

bool Reporter::Impl::FlushUntil(absl::Duration deadline) {
  const uint64_t last = outbox_.ExpediteFlush();
  monitor_.NotifyAll();
  const auto over = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(monitor_) {
    const bool is_hopeless = fail_fast_ && outbox_.NextAttempt() > deadline;
    return outbox_.settled_sequence() >= last || ended_ || stopping_ || is_hopeless;
  };
  monitor_.AwaitUntil(deadline, over);
  return outbox_.settled_sequence() >= last;
}

bool Reporter::Impl::Flush(absl::Duration deadline) {
  if (InOtherProcess()) return false;
  MonitorLock lock(&monitor_);
  return FlushUntil(Monotonic() + deadline);
}

bool Reporter::Impl::Stop(absl::Duration deadline) {
  if (InOtherProcess()) return false;
  const absl::Duration end = Monotonic() + deadline;
  std::thread thread;
  bool flushed = false;
  bool ended = false;
  {
    MonitorLock lock(&monitor_);
    // The destructor (deadline 0) drops pending events.
    if (deadline > absl::ZeroDuration() && !ended_ && !stopping_) {
      flushed = FlushUntil(end);
      // The last batch may have been rejected: one more batch reports that loss.
      if (flushed && outbox_.HasUnreportedLosses()) flushed = FlushUntil(end);
    } else {
      flushed = outbox_.Stats().pending_events == 0 && !outbox_.HasUnreportedLosses();
    }
    stopping_ = true;
    monitor_.NotifyAll();
  }
  sender_.Cancel();
  {
    MonitorLock lock(&monitor_);
    const auto over = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(monitor_) { return ended_; };
    ended = monitor_.AwaitUntil(Monotonic() + kCancelGrace, over);
    std::swap(thread, thread_);
  }
  if (!thread.joinable()) return flushed;  // another Stop has the thread, or none was started
  if (ended) {
    thread.join();
  } else {
    // A gRPC call has not returned. The thread owns what it uses and ends when the call does.
    thread.detach();
  }
  return flushed;
}

ReporterStats Reporter::Impl::Stats() const {
  ReporterStats stats;
  if (!counting_ || InOtherProcess()) return stats;
  MonitorLock lock(&monitor_);
  client::OutboxStats outbox = outbox_.Stats();
  stats.acknowledged_events = outbox.acknowledged_events;
  stats.rejected_events = outbox.rejected_events;
  stats.lost_events = outbox.lost_events;
  stats.pending_events = outbox.pending_events;
  // A sum, not a counter of its own, so that Report changes one number only.
  stats.reported_events =
      stats.acknowledged_events + stats.rejected_events + stats.lost_events + stats.pending_events;
  stats.batches_sent = outbox.batches_sent;
  stats.batches_failed = outbox.batches_failed;
  stats.connects = sender_.connects();
  stats.last_error = std::move(outbox.last_error);
  stats.last_error_code = outbox.last_error_code;
  return stats;
}

}  // namespace gmewatch
