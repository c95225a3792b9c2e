#include "daemon/gmectl/state_export.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/aggregate/aggregate_text.h"
#include "daemon/gmectl/kept_state.h"
#include "daemon/log/sqlite_checkpoint.h"
#include "daemon/log/sqlite_log.h"
#include "daemon/log/state_copy.h"
#include "daemon/log/state_lock.h"

namespace gmewatch {
namespace {

// Takes the state of this role, to make another one at `to`. `otherwise`: what is wrong with one of
// the other role.
absl::StatusOr<StateLock> LockSource(const std::string& state_dir, StateRole role,
                                     absl::string_view otherwise, const std::string& to) {
  std::error_code error;
  if (std::filesystem::exists(to, error)) {
    return absl::AlreadyExistsError(
        absl::StrCat(to, " exists; allowed: a path that does not, for a new directory"));
  }
  const absl::StatusOr<StateRole> found = RoleOfState(state_dir);
  if (!found.ok()) return found.status();
  if (*found != role) {
    return absl::FailedPreconditionError(absl::StrCat(state_dir, " is ", otherwise));
  }
  return StateLock::Acquire(state_dir);
}

// The counts of `aggregate` with what only the readers of counts know.
Checkpoint Whole(Aggregate* aggregate, Checkpoint readers) {
  Checkpoint whole = aggregate->TakeCheckpoint(/*changed_only=*/false);
  whole.detector = std::move(readers.detector);
  whole.detector_whole = true;
  whole.triage = std::move(readers.triage);
  whole.silence = std::move(readers.silence);
  return whole;
}

}  // namespace

absl::StatusOr<std::string> ExportForCounters(const std::string& state_dir,
                                              const SharedTopic& topic, const std::string& to) {
  const absl::StatusOr<StateLock> lock =
      LockSource(state_dir, StateRole::kAll,
                 "a counter's state; for another counter copy it with gmectl state backup", to);
  if (!lock.ok()) return lock.status();
  const absl::StatusOr<std::unique_ptr<SqliteLog>> log = SqliteLog::Open(state_dir);
  if (!log.ok()) return log.status();
  Aggregate aggregate;
  absl::StatusOr<Checkpoint> recovered = RecoverState(log->get(), &aggregate);
  if (!recovered.ok()) return recovered.status();
  const absl::StatusOr<RejectedByReason> kept = (*log)->LoadRejected(recovered->epoch + 1);
  if (!kept.ok()) return kept.status();
  // A counter brings its own policy; until then this one says how long sessions live.
  internal::Policy policy;
  if (!policy.ParseFromString(aggregate.TakeCheckpoint(/*changed_only=*/true).policy)) {
    return absl::DataLossError(absl::StrCat(state_dir, "/state.db: the policy cannot be read"));
  }
  absl::Status status =
      aggregate.ShareLog(topic.name, static_cast<size_t>(topic.partitions), policy);
  if (!status.ok()) return status;
  Checkpoint whole = Whole(&aggregate, *std::move(recovered));
  for (size_t i = 0; i < kRejectReasons; ++i) {
    whole.rejected[i].batches += (*kept)[i].batches;
    whole.rejected[i].events += (*kept)[i].events;
  }
  const absl::StatusOr<std::unique_ptr<SqliteCheckpoint>> store = SqliteCheckpoint::Open(to);
  if (!store.ok()) return store.status();
  status = (*store)->SaveCheckpoint(whole);
  if (!status.ok()) return status;
  return absl::StrCat("a counter's state, from the begin of topic ", topic.name, " with ",
                      topic.partitions, " partitions: ", SummaryOf(aggregate));
}

absl::StatusOr<std::string> ExportForAll(const std::string& state_dir, const std::string& to) {
  const absl::StatusOr<StateLock> lock =
      LockSource(state_dir, StateRole::kCounter, "a state of role all", to);
  if (!lock.ok()) return lock.status();
  const absl::StatusOr<std::unique_ptr<SqliteCheckpoint>> store = SqliteCheckpoint::Open(state_dir);
  if (!store.ok()) return store.status();
  absl::StatusOr<std::optional<Checkpoint>> loaded = (*store)->LoadCheckpoint();
  if (!loaded.ok()) return loaded.status();
  Checkpoint& checkpoint = **loaded;
  Aggregate aggregate;
  absl::Status status = aggregate.Restore(checkpoint);
  if (!status.ok()) return status;
  checkpoint.partitions.clear();
  checkpoint.detector_whole = true;
  const absl::StatusOr<std::unique_ptr<SqliteLog>> log = SqliteLog::Open(to);
  if (!log.ok()) return log.status();
  // A journal is never without the epoch that the checkpoint covers.
  Epoch last;
  last.time_ms = checkpoint.time_ms;
  last.steady_ms = checkpoint.steady_ms;
  status = (*log)->Append(checkpoint.epoch, last);
  if (status.ok()) status = (*log)->SaveCheckpoint(checkpoint);
  if (!status.ok()) return status;
  return absl::StrCat("a state of role all: ", SummaryOf(aggregate));
}

}  // namespace gmewatch
