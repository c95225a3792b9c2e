#include "daemon/gmectl/state.h"

#include "absl/strings/str_cat.h"
#include "daemon/base/flags.h"
#include "daemon/gmectl/command.h"
#include "daemon/log/state_copy.h"

namespace gmewatch {
namespace {

constexpr char kUsage[] =
    "Usage: gmectl state backup DIRECTORY [--state_dir=DIRECTORY]\n"
    "       gmectl state restore DIRECTORY [--state_dir=DIRECTORY]\n"
    "backup copies the state to a new directory while gmewatchd runs, or while it does not.\n"
    "restore puts a backup in its place; gmewatchd must not run. What was there is moved to a\n"
    "directory within it. gmewatchd --check_state --state_dir=DIRECTORY checks a backup.\n\n";

int Failed(const absl::Status& status, std::ostream& err) {
  err << "gmectl state: " << status.message() << "\n";
  return kExitBad;
}

int Backup(const std::string& state_dir, const std::string& backup, std::ostream& out,
           std::ostream& err) {
  const absl::Status status = BackUpState(state_dir, backup);
  if (!status.ok()) return Failed(status, err);
  out << "backed up: " << state_dir << " to " << backup << "\n";
  return kExitGood;
}

int Restore(const std::string& state_dir, const std::string& backup, std::ostream& out,
            std::ostream& err) {
  const absl::StatusOr<std::string> aside = RestoreState(backup, state_dir);
  if (!aside.ok()) return Failed(aside.status(), err);
  out << "restored: " << backup << " to " << state_dir << "\n";
  if (!aside->empty()) out << "what was there is in " << *aside << "\n";
  out << "Batches acknowledged since the backup are not counted. Change the label instance in\n"
         "Prometheus before gmewatchd starts: else increase() counts the restored counters "
         "again.\n";
  return kExitGood;
}

}  // namespace

int RunState(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  std::string state_dir = "/var/lib/gmewatch";
  bool help = false;
  Flags parser;
  parser.Add("state_dir", &state_dir, "the state directory of gmewatchd");
  parser.Add("help", &help, "print this text");
  std::vector<std::string> rest;
  const absl::Status status = parser.Parse(arguments, &rest);
  if (status.ok() && help) {
    out << kUsage << parser.Help() << "\nExit status: 0 done, 1 failed, 2 wrong usage.\n";
    return kExitGood;
  }
  if (status.ok() && rest.size() == 2 && rest[0] == "backup") {
    return Backup(state_dir, rest[1], out, err);
  }
  if (status.ok() && rest.size() == 2 && rest[0] == "restore") {
    return Restore(state_dir, rest[1], out, err);
  }
  err << "gmectl state: "
      << (status.ok() ? "allowed: backup DIRECTORY, restore DIRECTORY" : status.message())
      << "\nSee gmectl state --help.\n";
  return kExitUsage;
}

}  // namespace gmewatch
