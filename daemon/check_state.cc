#include "daemon/check_state.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/aggregate/aggregate_text.h"
#include "daemon/log/sqlite_checkpoint.h"
#include "daemon/log/sqlite_log.h"
#include "daemon/log/state_copy.h"
#include "daemon/log/state_lock.h"

namespace gmewatch {
namespace {

absl::Status Restore(const std::string& state_dir, const Checkpoint& checkpoint,
                     Aggregate* aggregate) {
  absl::Status status = aggregate->Restore(checkpoint);
  if (status.ok()) return status;
  return absl::DataLossError(absl::StrCat(state_dir, "/state.db: ", status.message()));
}

absl::StatusOr<std::string> CheckCounter(const std::string& state_dir) {
  const absl::StatusOr<std::unique_ptr<SqliteCheckpoint>> store = SqliteCheckpoint::Open(state_dir);
  if (!store.ok()) return store.status();
  const absl::StatusOr<std::optional<Checkpoint>> checkpoint = (*store)->LoadCheckpoint();
  if (!checkpoint.ok()) return checkpoint.status();
  Aggregate aggregate;
  absl::Status status = Restore(state_dir, **checkpoint, &aggregate);
  if (!status.ok()) return status;
  const std::vector<PartitionRow>& partitions = (*checkpoint)->partitions;
  return absl::StrCat(
      "the state is sound: of a counter of topic ", partitions.front().topic, " with ",
      partitions.size(), " partitions, ", (*checkpoint)->epoch, " records up to ",
      absl::FormatTime(absl::FromUnixMillis((*checkpoint)->time_ms)), "; ", SummaryOf(aggregate));
}

}  // namespace

absl::StatusOr<std::string> CheckState(const std::string& state_dir) {
  // A start would make what is missing.
  std::error_code error;
  if (!std::filesystem::exists(state_dir + "/journal.db", error) &&
      !std::filesystem::exists(state_dir + "/state.db", error)) {
    return absl::NotFoundError(absl::StrCat("there is no state in ", state_dir,
                                            error ? ": " + error.message() : "",
                                            "; gmewatchd would start from zero there"));
  }
  const absl::StatusOr<StateLock> lock = StateLock::Acquire(state_dir);
  if (!lock.ok()) return lock.status();
  const absl::StatusOr<StateRole> role = RoleOfState(state_dir);
  if (role.ok() && *role == StateRole::kCounter) return CheckCounter(state_dir);
  // What is missing of the other role its start says.
  const absl::StatusOr<std::unique_ptr<SqliteLog>> log = SqliteLog::Open(state_dir);
  if (!log.ok()) return log.status();
  const absl::StatusOr<std::optional<Checkpoint>> checkpoint = (*log)->LoadCheckpoint();
  if (!checkpoint.ok()) return checkpoint.status();
  Aggregate aggregate;
  uint64_t epoch = 0;
  int64_t time_ms = 0;
  if (checkpoint->has_value()) {
    epoch = (*checkpoint)->epoch;
    time_ms = (*checkpoint)->time_ms;
    absl::Status restored = Restore(state_dir, **checkpoint, &aggregate);
    if (!restored.ok()) return restored;
  }
  const uint64_t covered = epoch;
  std::vector<Verdict> verdicts;
  absl::Status status = (*log)->Replay(covered, [&](uint64_t number, const Epoch& replayed) {
    aggregate.Apply(number, replayed, &verdicts);
    epoch = number;
    time_ms = replayed.time_ms;
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return absl::StrCat("the state is sound: epoch ", epoch, " of ",
                      absl::FormatTime(absl::FromUnixMillis(time_ms)), ", ", epoch - covered,
                      " epochs after the checkpoint; ", SummaryOf(aggregate));
}

}  // namespace gmewatch
