// gmewatchd with an event log that returns Ok before the epoch is durable. kill_test must notice
// it.
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "daemon/run.h"

namespace gmewatch {
namespace {

class HastyLog final : public EventLog {
 public:
  explicit HastyLog(std::unique_ptr<EventLog> log)
      : log_(std::move(log)), writer_(&HastyLog::Write, this) {}
  ~HastyLog() override {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    writer_.join();
  }

  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() override {
    return log_->LoadCheckpoint();
  }
  absl::Status Replay(uint64_t number,
                      const std::function<absl::Status(uint64_t, const Epoch&)>& apply) override {
    return log_->Replay(number, apply);
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
  uint64_t SizeBytes() override { return log_->SizeBytes(); }

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
        log_->Append(number, *Epoch::Parse(record)).IgnoreError();
      }
      if (last) return;
    }
  }

  const std::unique_ptr<EventLog> log_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::pair<uint64_t, std::string>> waiting_ ABSL_GUARDED_BY(mutex_);
  std::thread writer_;
};

}  // namespace
}  // namespace gmewatch

int main(int argc, char** argv) {
  gmewatch::DaemonOptions options;
  const std::vector<std::pair<absl::string_view, std::string*>> flags = {
      {"--config=", &options.config_file},
      {"--state_dir=", &options.state_dir},
      {"--ingest_address=", &options.ingest_address},
      {"--admin_address=", &options.admin_address}};
  for (int i = 1; i < argc; ++i) {
    for (const auto& [flag, value] : flags) {
      absl::string_view argument = argv[i];
      if (absl::ConsumePrefix(&argument, flag)) *value = std::string(argument);
    }
  }
  options.wrap_log = [](std::unique_ptr<gmewatch::EventLog> log) {
    return std::make_unique<gmewatch::HastyLog>(std::move(log));
  };
  return gmewatch::RunUntilSignal(std::move(options));
}
