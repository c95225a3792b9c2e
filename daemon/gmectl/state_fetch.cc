#include "daemon/gmectl/state_fetch.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "daemon/log/sqlite_checkpoint.h"
#include "daemon/log/state_copy.h"
#include "daemon/log/state_dir.h"

namespace gmewatch {
namespace {

absl::Status Download(const AdminAddress& from, const std::string& path) {
  absl::Status status = PrepareStateFile(path);
  if (!status.ok()) return status;
  std::ofstream file(path, std::ios::binary);
  status = AdminDownload(from, "/state.db", [&](absl::string_view piece) {
    return bool(file.write(piece.data(), static_cast<std::streamsize>(piece.size())));
  });
  const int error = errno;
  file.close();
  return file ? status : FileError("write", path, error);
}

absl::Status CheckCopy(const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<SqliteCheckpoint>> store = SqliteCheckpoint::Open(directory);
  if (!store.ok()) return store.status();
  const absl::StatusOr<std::optional<Checkpoint>> checkpoint = (*store)->LoadCheckpoint();
  if (!checkpoint.ok()) return checkpoint.status();
  if (checkpoint->has_value()) return absl::OkStatus();
  return absl::FailedPreconditionError("the counter has not saved a checkpoint yet");
}

}  // namespace

absl::StatusOr<std::string> FetchState(const AdminAddress& from, const std::string& state_dir) {
  absl::Status status = PrepareStateDir(state_dir);
  if (!status.ok()) return status;
  const std::string copy = absl::StrCat(state_dir, "/copy");
  std::error_code error;
  std::filesystem::remove_all(copy, error);  // of one that a kill cut short
  status = PrepareStateDir(copy);
  if (!status.ok()) return status;
  const auto remove = absl::MakeCleanup([&] { std::filesystem::remove_all(copy, error); });
  status = Download(from, absl::StrCat(copy, "/state.db"));
  if (status.ok()) status = CheckCopy(copy);
  if (!status.ok()) return status;
  return RestoreState(copy, state_dir);
}

}  // namespace gmewatch
