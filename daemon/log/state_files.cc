#include "daemon/log/state_files.h"

#include "absl/strings/str_cat.h"
#include "daemon/log/state_dir.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kStateId = "state_id";
// In journal.db until state.db has the id too. So a start that was cut can go on, and a state.db
// without an id is not taken for one that belongs to a journal.db with an id.
constexpr absl::string_view kOfferedId = "offered_state_id";

absl::StatusOr<bool> HasRows(SqliteConnection& connection, absl::string_view sql) {
  absl::StatusOr<SqliteStatement> rows = connection.Prepare(sql);
  if (!rows.ok()) return rows.status();
  return rows->Next();
}

// The state of a counter says how far it has counted each partition of a shared log.
absl::Status CheckRole(SqliteConnection& state) {
  absl::StatusOr<bool> counter =
      HasRows(state, "SELECT 1 FROM sqlite_master WHERE name = 'partitions'");
  if (counter.ok() && *counter) counter = HasRows(state, "SELECT 1 FROM partitions LIMIT 1");
  if (!counter.ok()) return counter.status();
  if (!*counter) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      state.path(),
      ": this is the state of a gmewatchd with role counter, whose log is shared; a gmewatchd with "
      "role all needs a state directory of its own, which --state_dir names"));
}

absl::Status CheckBothExist(SqliteConnection& journal, SqliteConnection& state,
                            const EpochMark& mark) {
  if (journal.is_new() && state.is_new()) {
    if (mark.number() == 0) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat(journal.path(), " and ", state.path(),
                                            " are missing or empty, but ", mark.path(),
                                            " says that epoch ", mark.number(), " was committed"));
  }
  if (journal.is_new()) {
    return absl::DataLossError(absl::StrCat(journal.path(), " is missing or empty, but ",
                                            state.path(),
                                            " is not: epochs after its checkpoint are lost"));
  }
  if (!state.is_new()) return absl::OkStatus();
  // The first start creates journal.db, then state.db, and may be cut in between.
  const absl::StatusOr<std::string> id = journal.Meta(kStateId);
  if (!id.ok()) return id.status();
  const absl::StatusOr<bool> epochs = HasRows(journal, "SELECT 1 FROM epochs LIMIT 1");
  if (!epochs.ok()) return epochs.status();
  if (id->empty() && !*epochs) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(state.path(), " is missing or empty, but ",
                                          journal.path(), " is not: the checkpoint is lost"));
}

absl::Status CheckSameId(SqliteConnection& journal, SqliteConnection& state) {
  const absl::StatusOr<std::string> ours = journal.Meta(kStateId);
  if (!ours.ok()) return ours.status();
  const absl::StatusOr<std::string> offered = journal.Meta(kOfferedId);
  if (!offered.ok()) return offered.status();
  const absl::StatusOr<std::string> theirs = state.Meta(kStateId);
  if (!theirs.ok()) return theirs.status();
  if (*ours == *theirs || (ours->empty() && *theirs == *offered)) return absl::OkStatus();
  const auto name = [](const std::string& id) { return id.empty() ? "without an id" : id; };
  return absl::DataLossError(absl::StrCat(journal.path(), " and ", state.path(),
                                          " do not belong together: the first is of state ",
                                          name(*ours), ", the second of state ", name(*theirs)));
}

}  // namespace

absl::Status PrepareStateFiles(SqliteConnection& journal, SqliteConnection& state,
                               const EpochMark& mark, const std::string& state_dir) {
  absl::Status status = state.is_new() ? absl::OkStatus() : CheckRole(state);
  if (status.ok()) status = CheckBothExist(journal, state, mark);
  if (status.ok() && !state.is_new()) status = CheckSameId(journal, state);
  for (SqliteConnection* file : {&journal, &state}) {
    if (!status.ok()) return status;
    if (file->is_new()) {
      status = file->Create();
    } else {
      status = file->CheckStructure();
      if (status.ok()) status = file->MakeDurable();
    }
    // The name too, before anything says that the file exists. SQLite syncs the directory for a new
    // WAL, but not for files that existed before it opened them.
    if (status.ok()) status = SyncDirectory(state_dir);
  }
  return status;
}

absl::StatusOr<std::string> ShareStateId(SqliteConnection& journal, SqliteConnection& state) {
  absl::StatusOr<std::string> id = journal.Meta(kStateId);
  if (!id.ok() || !id->empty()) return id;
  absl::StatusOr<std::string> offered = journal.Meta(kOfferedId);
  if (!offered.ok()) return offered;
  absl::Status status;
  if (offered->empty()) {
    status = journal.Execute(
        absl::StrCat("INSERT INTO meta VALUES('", kOfferedId, "', lower(hex(randomblob(16))))"));
    if (!status.ok()) return status;
    offered = journal.Meta(kOfferedId);
    if (!offered.ok()) return offered;
  }
  status = state.Execute(
      absl::StrCat("INSERT OR REPLACE INTO meta VALUES('", kStateId, "', '", *offered, "')"));
  if (!status.ok()) return status;
  status = journal.Execute(
      absl::StrCat("UPDATE meta SET key = '", kStateId, "' WHERE key = '", kOfferedId, "'"));
  if (!status.ok()) return status;
  return offered;
}

}  // namespace gmewatch
