#include "daemon/gmectl/state_export.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/gmectl/kept_state.h"
#include "daemon/log/sqlite_checkpoint.h"
#include "daemon/log/sqlite_log.h"
#include "daemon/log/state_copy.h"
#include "daemon/log/state_lock.h"

namespace gmewatch {
namespace {

absl::Status CheckTarget(const std::string& to) {
  std::error_code error;
  if (!std::filesystem::exists(to, error)) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat(to, " exists; allowed: a path that does not, for a new directory"));
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

std::string TextOf(const Aggregate& aggregate) {
  return absl::StrCat(aggregate.batches_counted(), " batches counted, ", aggregate.session_count(),
                      " sessions, ", aggregate.counters().places(), " (app, region) pairs");
}

}  // namespace

absl::StatusOr<std::string> ExportForCounters(const std::string& state_dir,
                                              const SharedTopic& topic, const std::string& to) {
  absl::Status status = CheckTarget(to);
  if (!status.ok()) return status;
  const absl::StatusOr<StateRole> role = RoleOfState(state_dir);
  if (!role.ok()) return role.status();
  if (*role != StateRole::kAll) {
    return absl::FailedPreconditionError(absl::StrCat(
        state_dir, " is a counter's state; for another counter copy it with gmectl state backup"));
  }
  const absl::StatusOr<StateLock> lock = StateLock::Acquire(state_dir);
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
  status = aggregate.ShareLog(topic.name, static_cast<size_t>(topic.partitions), policy);
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
                      topic.partitions, " partitions: ", TextOf(aggregate));
}

absl::StatusOr<std::string> ExportForAll(const std::string& state_dir, const std::string& to) {
  absl::Status status = CheckTarget(to);
  if (!status.ok()) return status;
  const absl::StatusOr<StateRole> role = RoleOfState(state_dir);
  if (!role.ok()) return role.status();
  if (*role != StateRole::kCounter) {
    return absl::FailedPreconditionError(absl::StrCat(state_dir, " is a state of role all"));
  }
  const absl::StatusOr<StateLock> lock = StateLock::Acquire(state_dir);
  if (!lock.ok()) return lock.status();
  const absl::StatusOr<std::unique_ptr<SqliteCheckpoint>> store = SqliteCheckpoint::Open(state_dir);
  if (!store.ok()) return store.status();
  absl::StatusOr<std::optional<Checkpoint>> loaded = (*store)->LoadCheckpoint();
  if (!loaded.ok()) return loaded.status();
  Checkpoint& checkpoint = **loaded;
  Aggregate aggregate;
  status = aggregate.Restore(checkpoint);
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
  return absl::StrCat("a state of role all: ", TextOf(aggregate));
}

}  // namespace gmewatch
