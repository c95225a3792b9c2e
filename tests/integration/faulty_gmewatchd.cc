// gmewatchd with a fault that breaks the contract on purpose. The tests that compare what was
// counted with the clients' ledgers must find each. The environment variable GMEWATCH_FAULT names
// it:
//
// acknowledge_early: the event log returns Ok before the epoch is durable.
// count_retries: a start forgets the sessions, so a batch that is sent again is counted again.
// skip_last_epoch: recovery leaves out the newest epoch.
// wall_clock: the committer waits on the wall clock before each commit, with abseil; for
// clock_test. leak: each commit keeps 256 KiB of memory; for the soak.
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "daemon/base/flags.h"
#include "daemon/run.h"

namespace gmewatch {
namespace {

using ApplyFn = std::function<absl::Status(uint64_t, const Epoch&)>;

// Passes everything on; a fault replaces what it breaks.
class FaultyLog : public EventLog {
 public:
  explicit FaultyLog(std::unique_ptr<EventLog> log) : log_(std::move(log)) {}

  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() override {
    return log_->LoadCheckpoint();
  }
  absl::Status Replay(uint64_t number, const ApplyFn& apply) override {
    return log_->Replay(number, apply);
  }
  absl::Status Append(uint64_t number, const Epoch& epoch) override {
    return log_->Append(number, epoch);
  }
  absl::Status KeepRejected(uint64_t number, const RejectedByReason& rejected) override {
    return log_->KeepRejected(number, rejected);
  }
  absl::StatusOr<uint64_t> CountStart() override { return log_->CountStart(); }
  absl::StatusOr<RejectedByReason> LoadRejected(uint64_t number) override {
    return log_->LoadRejected(number);
  }
  absl::Status SaveCheckpoint(const Checkpoint& checkpoint) override {
    return log_->SaveCheckpoint(checkpoint);
  }
  uint64_t SizeBytes() override { return log_->SizeBytes(); }

 protected:
  EventLog& log() { return *log_; }

 private:
  const std::unique_ptr<EventLog> log_;
};

class HastyLog final : public FaultyLog {
 public:
  explicit HastyLog(std::unique_ptr<EventLog> log)
      : FaultyLog(std::move(log)), writer_(&HastyLog::Write, this) {}
  ~HastyLog() override {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    writer_.join();
  }

  absl::Status Append(uint64_t number, const Epoch& epoch) override {
    std::string record;
    epoch.Serialize(&record);
    absl::MutexLock lock(&mutex_);
    waiting_.emplace_back(number, std::move(record));
    return absl::OkStatus();
  }
  // Saves nothing: a checkpoint would make epochs durable that were never written.
  absl::Status SaveCheckpoint(const Checkpoint& /*checkpoint*/) override {
    return absl::OkStatus();
  }

 private:
  // Writes the waiting epochs every 50 ms.
  void Write() {
    for (;;) {
      std::vector<std::pair<uint64_t, std::string>> taken;
      bool last = false;
      {
        absl::MutexLock lock(&mutex_);
        last = mutex_.AwaitWithTimeout(absl::Condition(&stopping_), absl::Milliseconds(50));
        taken.swap(waiting_);
      }
      for (const auto& [number, record] : taken) {
        log().Append(number, *Epoch::Parse(record)).IgnoreError();
      }
      if (last) return;
    }
  }

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::pair<uint64_t, std::string>> waiting_ ABSL_GUARDED_BY(mutex_);
  std::thread writer_;
};

class ForgetfulLog final : public FaultyLog {
 public:
  using FaultyLog::FaultyLog;

  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() override {
    absl::StatusOr<std::optional<Checkpoint>> checkpoint = log().LoadCheckpoint();
    if (checkpoint.ok() && checkpoint->has_value()) (*checkpoint)->pages.clear();
    return checkpoint;
  }
  // The epochs count as they are, but under sessions that nobody has.
  absl::Status Replay(uint64_t number, const ApplyFn& apply) override {
    return log().Replay(number, [&](uint64_t epoch_number, const Epoch& epoch) {
      Epoch changed;
      changed.time_ms = epoch.time_ms;
      changed.steady_ms = epoch.steady_ms;
      changed.policy = epoch.policy;
      changed.rejected = epoch.rejected;
      changed.shown_places = epoch.shown_places;
      changed.shown_codes = epoch.shown_codes;
      size_t offset = 0;
      BatchView view;
      while (epoch.Next(&offset, &view)) {
        Batch batch;
        batch.session = {~view.header.session.a, view.header.session.b};
        batch.sequence = view.header.sequence;
        batch.late = view.header.Has(BatchHeader::kLate);
        batch.relayed = view.header.Has(BatchHeader::kRelayed);
        batch.sender = view.sender;
        batch.entries.assign(view.entries.begin(), view.entries.end());
        batch.losses.assign(view.losses.begin(), view.losses.end());
        changed.Add(batch, HashedOrigin(epoch.origins()[view.header.origin]));
      }
      return apply(epoch_number, changed);
    });
  }
};

class ForgettingLastLog final : public FaultyLog {
 public:
  using FaultyLog::FaultyLog;

  absl::Status Replay(uint64_t number, const ApplyFn& apply) override {
    std::optional<std::pair<uint64_t, std::string>> newest;
    absl::Status status = log().Replay(number, [&](uint64_t epoch_number, const Epoch& epoch) {
      absl::Status applied = absl::OkStatus();
      if (newest.has_value()) applied = apply(newest->first, *Epoch::Parse(newest->second));
      newest.emplace(epoch_number, "");
      epoch.Serialize(&newest->second);
      return applied;
    });
    skipped_ = newest.has_value() ? 1 : 0;
    return status;
  }
  // The daemon does not know the number that it has left out.
  absl::Status Append(uint64_t number, const Epoch& epoch) override {
    return log().Append(number + skipped_, epoch);
  }
  absl::Status SaveCheckpoint(const Checkpoint& /*checkpoint*/) override {
    return absl::OkStatus();
  }

 private:
  uint64_t skipped_ = 0;
};

class WallClockLog final : public FaultyLog {
 public:
  using FaultyLog::FaultyLog;

  absl::Status Append(uint64_t number, const Epoch& epoch) override {
    absl::Notification never;
    never.WaitForNotificationWithTimeout(absl::Milliseconds(100));
    return log().Append(number, epoch);
  }
};

class LeakingLog final : public FaultyLog {
 public:
  using FaultyLog::FaultyLog;

  absl::Status Append(uint64_t number, const Epoch& epoch) override {
    leaked_.emplace_back(size_t{256} << 10, 'x');
    return log().Append(number, epoch);
  }

 private:
  std::vector<std::string> leaked_;
};

std::unique_ptr<EventLog> WithFault(const std::string& fault, std::unique_ptr<EventLog> log) {
  if (fault == "acknowledge_early") return std::make_unique<HastyLog>(std::move(log));
  if (fault == "count_retries") return std::make_unique<ForgetfulLog>(std::move(log));
  if (fault == "skip_last_epoch") return std::make_unique<ForgettingLastLog>(std::move(log));
  if (fault == "wall_clock") return std::make_unique<WallClockLog>(std::move(log));
  if (fault == "leak") return std::make_unique<LeakingLog>(std::move(log));
  std::cerr << "GMEWATCH_FAULT does not name a fault: \"" << fault << "\"\n";
  std::exit(gmewatch::kExitUsage);  // NOLINT(concurrency-mt-unsafe): before any thread
}

}  // namespace
}  // namespace gmewatch

int main(int argc, char** argv) {
  gmewatch::DaemonOptions options;
  gmewatch::Flags flags;
  flags.Add("config", &options.config_file, "as gmewatchd's");
  flags.Add("open", &options.open, "as gmewatchd's");
  flags.Add("state_dir", &options.state_dir, "as gmewatchd's");
  flags.Add("ingest_address", &options.ingest_address, "as gmewatchd's");
  flags.Add("connect_address", &options.connect_address, "as gmewatchd's");
  flags.Add("admin_address", &options.admin_address, "as gmewatchd's");
  std::vector<std::string> rest;
  const absl::Status parsed = flags.Parse({argv + 1, argv + argc}, &rest);
  if (!parsed.ok()) {
    std::cerr << "faulty_gmewatchd: " << parsed.message() << "\n";
    return gmewatch::kExitUsage;
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread
  const char* fault = std::getenv("GMEWATCH_FAULT");
  options.wrap_log =
      [name = std::string(fault == nullptr ? "" : fault)](std::unique_ptr<gmewatch::EventLog> log) {
        return gmewatch::WithFault(name, std::move(log));
      };
  return gmewatch::RunUntilSignal(std::move(options));
}
