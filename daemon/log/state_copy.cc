#include "daemon/log/state_copy.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "daemon/log/state_dir.h"
#include "daemon/log/state_lock.h"

namespace gmewatch {
namespace {

namespace fs = std::filesystem;

constexpr char kJournal[] = "journal.db";
constexpr char kState[] = "state.db";
constexpr char kRejected[] = "rejected";
constexpr int kBusyMs = 5000;
constexpr size_t kPieceBytes = size_t{64} << 10;

std::string In(const std::string& directory, const std::string& file) {
  return absl::StrCat(directory, "/", file);
}

struct Closer {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
using Database = std::unique_ptr<sqlite3, Closer>;

absl::Status Failure(const std::string& path, sqlite3* db) {
  return absl::InternalError(absl::StrCat(path, ": ", sqlite3_errmsg(db)));
}

absl::StatusOr<Database> Open(const std::string& path, int flags) {
  sqlite3* db = nullptr;
  const std::string name = path[0] == '/' ? path : absl::StrCat("./", path);
  const int code = sqlite3_open_v2(name.c_str(), &db, flags, nullptr);
  Database owner(db);
  if (code != SQLITE_OK) return Failure(path, db);
  sqlite3_busy_timeout(db, kBusyMs);
  return owner;
}

// Opens it with a snapshot that lasts until it is closed.
absl::StatusOr<Database> OpenSnapshot(const std::string& path) {
  absl::StatusOr<Database> db = Open(path, SQLITE_OPEN_READONLY);
  if (!db.ok()) return db;
  // A transaction has its snapshot from the first read on.
  if (sqlite3_exec(db->get(), "BEGIN; SELECT count(*) FROM meta", nullptr, nullptr, nullptr) !=
      SQLITE_OK) {
    return Failure(path, db->get());
  }
  return db;
}

// Writes the snapshot to a new file, and syncs it.
absl::Status CopyTo(sqlite3* from, const std::string& path) {
  absl::Status made = PrepareStateFile(path);
  if (!made.ok()) return made;
  absl::StatusOr<Database> to = Open(path, SQLITE_OPEN_READWRITE);
  if (!to.ok()) return to.status();
  sqlite3_backup* const backup = sqlite3_backup_init(to->get(), "main", from, "main");
  if (backup == nullptr) return Failure(path, to->get());
  sqlite3_backup_step(backup, -1);
  return sqlite3_backup_finish(backup) == SQLITE_OK ? absl::OkStatus() : Failure(path, to->get());
}

absl::Status FromSystem(absl::string_view what, const std::string& path,
                        const std::error_code& error) {
  return error ? FileError(what, path, error.value()) : absl::OkStatus();
}

absl::Status CheckIsThere(const std::string& directory, const std::string& file) {
  std::error_code error;
  if (fs::exists(In(directory, file), error)) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("there is no state in ", directory, ": ", file,
                                          " is missing", error ? ": " + error.message() : ""));
}

// The state of a counter says how far it has counted each partition of a shared log.
absl::StatusOr<bool> HasPartitions(sqlite3* state, const std::string& path) {
  sqlite3_stmt* statement = nullptr;
  // The table too is missing in files of old versions.
  if (sqlite3_prepare_v2(state, "SELECT 1 FROM partitions LIMIT 1", -1, &statement, nullptr) !=
      SQLITE_OK) {
    return false;
  }
  const int row = sqlite3_step(statement);
  sqlite3_finalize(statement);
  if (row != SQLITE_ROW && row != SQLITE_DONE) return Failure(path, state);
  return row == SQLITE_ROW;
}

absl::Status CopyFiles(StateRole role, const std::string& from, const std::string& to) {
  std::error_code error;
  // It is written in place, and means something only until the next epoch: so it comes first.
  if (fs::exists(In(from, kRejected), error)) {
    fs::copy_file(In(from, kRejected), In(to, kRejected), error);
  }
  absl::Status status = FromSystem("copy", In(from, kRejected), error);
  if (!status.ok()) return status;
  absl::StatusOr<Database> journal(nullptr);  // a counter has none
  if (role == StateRole::kAll) journal = OpenSnapshot(In(from, kJournal));
  if (!journal.ok()) return journal.status();
  absl::StatusOr<Database> state = OpenSnapshot(In(from, kState));
  if (!state.ok()) return state.status();
  if (role == StateRole::kAll) status = CopyTo(journal->get(), In(to, kJournal));
  if (status.ok()) status = CopyTo(state->get(), In(to, kState));
  return status.ok() ? SyncDirectory(to) : status;
}

// Moves everything but the lock to a new directory; returns it, empty if there was nothing.
absl::StatusOr<std::string> MoveAside(const std::string& state_dir) {
  std::string aside;
  for (const char* file : {"journal.db", "journal.db-wal", "journal.db-shm", "journal.mark",
                           "state.db", "state.db-wal", "state.db-shm", "rejected"}) {
    std::error_code error;
    if (!fs::exists(In(state_dir, file), error)) continue;
    for (int i = 1; aside.empty(); ++i) {
      const std::string name = absl::StrCat(state_dir, "/replaced-", i);
      if (mkdir(name.c_str(), 0700) == 0) aside = name;
      if (aside.empty() && errno != EEXIST) return FileError("create", name, errno);
    }
    fs::rename(In(state_dir, file), In(aside, file), error);
    if (error) return FileError("move", In(state_dir, file), error.value());
  }
  return aside;
}

// Gives the files the owner of their directory, for whom alone they are.
absl::Status GiveToOwner(const std::string& state_dir, const std::string& aside) {
  struct stat owner {};
  if (stat(state_dir.c_str(), &owner) != 0) return FileError("read", state_dir, errno);
  for (const std::string& path : {In(state_dir, kJournal), In(state_dir, kState),
                                  In(state_dir, kRejected), In(state_dir, "lock"), aside}) {
    struct stat file {};
    if (path.empty() || stat(path.c_str(), &file) != 0) continue;
    const mode_t mode = S_ISDIR(file.st_mode) ? 0700 : 0600;
    if (chown(path.c_str(), owner.st_uid, owner.st_gid) != 0 || chmod(path.c_str(), mode) != 0) {
      return FileError("give to the owner of the state directory", path, errno);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StateRole> RoleOfState(const std::string& state_dir) {
  absl::Status status = CheckIsThere(state_dir, kState);
  if (!status.ok()) return status;
  status = CheckIsThere(state_dir, kJournal);
  if (status.ok()) return StateRole::kAll;
  const absl::StatusOr<Database> state = Open(In(state_dir, kState), SQLITE_OPEN_READONLY);
  if (!state.ok()) return state.status();
  const absl::StatusOr<bool> is_counter = HasPartitions(state->get(), In(state_dir, kState));
  if (!is_counter.ok()) return is_counter.status();
  if (!*is_counter) return status;
  return StateRole::kCounter;
}

absl::Status BackUpState(const std::string& state_dir, const std::string& backup) {
  const absl::StatusOr<StateRole> role = RoleOfState(state_dir);
  if (!role.ok()) return role.status();
  if (mkdir(backup.c_str(), 0700) != 0) {
    if (errno != EEXIST) return FileError("create", backup, errno);
    return absl::AlreadyExistsError(
        absl::StrCat(backup, " exists; allowed: a path that does not, for a new directory"));
  }
  return CopyFiles(*role, state_dir, backup);
}

absl::Status SendCounterState(const std::string& state_dir,
                              absl::FunctionRef<bool(absl::string_view)> send) {
  static std::atomic<bool> is_sending{false};
  if (is_sending.exchange(true)) return absl::UnavailableError("another copy is being sent");
  const auto sent = absl::MakeCleanup([] { is_sending = false; });
  const std::string copy = In(state_dir, "copy");
  std::error_code error;
  fs::remove_all(copy, error);  // of one that a kill cut short
  absl::Status status = BackUpState(state_dir, copy);
  if (!status.ok()) return status;
  std::ifstream file(In(copy, kState), std::ios::binary);
  if (!file) return FileError("open", In(copy, kState), errno);
  fs::remove_all(copy, error);  // the file is there until it is closed
  std::vector<char> piece(kPieceBytes);
  while (file.read(piece.data(), kPieceBytes) || file.gcount() > 0) {
    if (!send({piece.data(), static_cast<size_t>(file.gcount())})) return absl::OkStatus();
  }
  if (file.bad()) return FileError("read", In(copy, kState), errno);
  send("");
  return absl::OkStatus();
}

absl::StatusOr<std::string> RestoreState(const std::string& backup, const std::string& state_dir) {
  const absl::StatusOr<StateRole> role = RoleOfState(backup);
  if (!role.ok()) return role.status();
  const absl::StatusOr<StateLock> lock = StateLock::Acquire(state_dir);
  if (!lock.ok()) return lock.status();
  absl::StatusOr<std::string> aside = MoveAside(state_dir);
  if (!aside.ok()) return aside;
  absl::Status status = CopyFiles(*role, backup, state_dir);
  if (status.ok()) status = GiveToOwner(state_dir, *aside);
  if (!status.ok()) return status;
  return aside;
}

}  // namespace gmewatch
