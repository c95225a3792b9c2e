// gmewatchd whose committer waits on the wall clock: before each commit for a moment, with abseil.
// clock_test must notice it.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "daemon/run.h"

namespace gmewatch {
namespace {

class WallClockLog final : public EventLog {
 public:
  explicit WallClockLog(std::unique_ptr<EventLog> log) : log_(std::move(log)) {}

  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() override {
    return log_->LoadCheckpoint();
  }
  absl::Status Replay(uint64_t number,
                      const std::function<absl::Status(uint64_t, const Epoch&)>& apply) override {
    return log_->Replay(number, apply);
  }
  absl::Status Append(uint64_t number, const Epoch& epoch) override {
    absl::Notification never;
    never.WaitForNotificationWithTimeout(absl::Milliseconds(100));
    return log_->Append(number, epoch);
  }
  absl::Status SaveCheckpoint(const Checkpoint& checkpoint) override {
    return log_->SaveCheckpoint(checkpoint);
  }
  uint64_t SizeBytes() override { return log_->SizeBytes(); }

 private:
  const std::unique_ptr<EventLog> log_;
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
    return std::make_unique<gmewatch::WallClockLog>(std::move(log));
  };
  return gmewatch::RunUntilSignal(std::move(options));
}
