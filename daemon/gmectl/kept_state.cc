#include "daemon/gmectl/kept_state.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace gmewatch {

absl::StatusOr<Checkpoint> RecoverState(EventLog* log, Aggregate* aggregate) {
  absl::StatusOr<std::optional<Checkpoint>> loaded = log->LoadCheckpoint();
  if (!loaded.ok()) return loaded.status();
  Checkpoint at;
  if (loaded->has_value()) {
    at = **std::move(loaded);
    absl::Status restored = aggregate->Restore(at);
    if (!restored.ok()) return restored;
  }
  std::vector<Verdict> verdicts;
  absl::Status status = log->Replay(at.epoch, [&](uint64_t number, const Epoch& epoch) {
    aggregate->Apply(number, epoch, &verdicts);
    at.epoch = number;
    at.time_ms = epoch.time_ms;
    at.steady_ms = epoch.steady_ms != 0 ? epoch.steady_ms : epoch.time_ms;
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return at;
}

}  // namespace gmewatch
