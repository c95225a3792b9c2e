#include "daemon/log/sqlite_checkpoint.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/log/sqlite_connection.h"
#include "daemon/log/state_dir.h"
#include "daemon/log/state_schema.h"

namespace gmewatch {
namespace {

bool HasBytes(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 && found.st_size > 0;
}

absl::Status OtherRole(const std::string& path) {
  return absl::FailedPreconditionError(absl::StrCat(
      path,
      ": this is the state of a gmewatchd with role all, whose counts are not those of "
      "a shared log; give the counter a state directory of its own with --state_dir"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteCheckpoint>> SqliteCheckpoint::Open(
    const std::string& state_dir) {
  absl::Status status = PrepareStateDir(state_dir);
  if (!status.ok()) return status;
  const std::string journal = absl::StrCat(state_dir, "/journal.db");
  if (HasBytes(journal)) return OtherRole(journal);
  const std::string path = absl::StrCat(state_dir, "/state.db");
  absl::StatusOr<std::unique_ptr<SqliteConnection>> connection =
      SqliteConnection::Open(path, StateSchema());
  if (!connection.ok()) return connection.status();
  if ((*connection)->is_new()) {
    status = (*connection)->Create();
  } else {
    status = (*connection)->CheckStructure();
    if (status.ok()) status = (*connection)->MakeDurable();
  }
  // The name too.
  if (status.ok()) status = SyncDirectory(state_dir);
  absl::StatusOr<std::unique_ptr<StateTables>> state =
      status.ok() ? StateTables::Open(*std::move(connection)) : status;
  std::unique_ptr<SqliteCheckpoint> self(new SqliteCheckpoint(path, nullptr));
  if (!state.ok()) return self->SayWhatToDo(state.status());
  self->state_ = *std::move(state);
  return self;
}

absl::Status SqliteCheckpoint::SayWhatToDo(const absl::Status& status) const {
  if (!absl::IsDataLoss(status)) return status;
  return absl::DataLossError(absl::StrCat(status.message(),
                                          "; take the state of another counter (gmectl state "
                                          "copy), or move it away to read the log from its begin: "
                                          "deploy/README.md, \"Counters\""));
}

absl::StatusOr<std::optional<Checkpoint>> SqliteCheckpoint::LoadCheckpoint() {
  absl::StatusOr<std::optional<Checkpoint>> checkpoint = state_->Load();
  if (!checkpoint.ok()) return SayWhatToDo(checkpoint.status());
  if (checkpoint->has_value() && (*checkpoint)->partitions.empty()) return OtherRole(path_);
  return checkpoint;
}

absl::Status SqliteCheckpoint::SaveCheckpoint(const Checkpoint& checkpoint) {
  if (!failure_.ok()) return failure_;
  absl::Status status = state_->Save(checkpoint);
  if (status.ok() || absl::IsResourceExhausted(status)) return status;
  if (absl::IsUnavailable(status)) return absl::ResourceExhaustedError(status.message());
  failure_ = status;
  state_->LeaveFilesAlone();
  return status;
}

}  // namespace gmewatch
