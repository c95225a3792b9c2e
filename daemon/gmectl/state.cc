#include "daemon/gmectl/state.h"

#include "absl/strings/str_cat.h"
#include "daemon/base/flags.h"
#include "daemon/gmectl/admin_client.h"
#include "daemon/gmectl/command.h"
#include "daemon/gmectl/shared_log.h"
#include "daemon/gmectl/state_export.h"
#include "daemon/gmectl/state_fetch.h"
#include "daemon/log/state_copy.h"

namespace gmewatch {
namespace {

constexpr char kUsage[] =
    "Usage: gmectl state backup DIRECTORY [--state_dir=DIRECTORY]\n"
    "       gmectl state restore DIRECTORY [--state_dir=DIRECTORY]\n"
    "       gmectl state copy --from=HOST:PORT --admin_token_file=FILE [--state_dir=DIRECTORY]\n"
    "       gmectl state export DIRECTORY --role=counter --config=FILE [--state_dir=DIRECTORY]\n"
    "       gmectl state export DIRECTORY --role=all [--state_dir=DIRECTORY]\n"
    "backup copies the state to a new directory while gmewatchd runs, or while it does not.\n"
    "restore puts a backup in its place; gmewatchd must not run. What was there is moved to a\n"
    "directory within it. gmewatchd --check_state --state_dir=DIRECTORY checks a backup.\n"
    "copy takes the state of a running counter over its admin port, and restores it here.\n"
    "export makes, in a new directory, the state of a counter from that of role all, or the\n"
    "other way round; neither gmewatchd nor any front may run. The counts go on from there.\n\n";

struct StateFlags {
  std::string state_dir = "/var/lib/gmewatch";
  std::string role;
  std::string config;
  AdminAddress from = {.base = "", .ca_file = ""};
  bool help = false;
};

Flags MakeFlags(StateFlags* to) {
  Flags flags;
  flags.Add("state_dir", &to->state_dir, "the state directory of gmewatchd");
  flags.Add("role", &to->role, "export: the role of the gmewatchd that will use it: counter, all");
  flags.Add("config", &to->config,
            "export --role=counter: its settings file, which names the\ntopic; the brokers are "
            "asked for it");
  flags.Add("from", &to->from.base, "copy: HOST:PORT or URL of the counter's admin port");
  flags.Add("ca_file", &to->from.ca_file,
            "copy: file of authorities to trust (PEM); default: the\nsystem's");
  flags.Add("admin_token_file", &to->from.token_file,
            "copy: file with the token of the counter's --admin_token_file");
  flags.Add("help", &to->help, "print this text");
  return flags;
}

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

int Copy(const StateFlags& flags, std::ostream& out, std::ostream& err) {
  const absl::StatusOr<std::string> aside = FetchState(flags.from, flags.state_dir);
  if (!aside.ok()) return Failed(aside.status(), err);
  out << "copied: the state of " << flags.from.base << " to " << flags.state_dir << "\n";
  if (!aside->empty()) out << "what was there is in " << *aside << "\n";
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

int Export(const StateFlags& flags, const std::string& to, std::ostream& out, std::ostream& err) {
  absl::StatusOr<std::string> done;
  if (flags.role == "counter") {
    const absl::StatusOr<SharedTopic> topic = CheckSharedTopic(flags.config);
    if (!topic.ok()) return Failed(topic.status(), err);
    done = ExportForCounters(flags.state_dir, *topic, to);
  } else {
    done = ExportForAll(flags.state_dir, to);
  }
  if (!done.ok()) return Failed(done.status(), err);
  out << "exported: " << flags.state_dir << " to " << to << "; " << *done << "\n";
  return kExitGood;
}

absl::Status Check(const StateFlags& flags, const std::vector<std::string>& rest) {
  const bool exports = !rest.empty() && rest[0] == "export";
  if (rest.size() == 1 && rest[0] == "copy") {
    if (flags.from.base.empty()) return absl::InvalidArgumentError("--from is missing");
    return CheckAdminAddress(flags.from);
  }
  if (rest.size() != 2 || (rest[0] != "backup" && rest[0] != "restore" && !exports)) {
    return absl::InvalidArgumentError(
        "allowed: backup DIRECTORY, restore DIRECTORY, copy, export DIRECTORY");
  }
  if (!exports && !(flags.role.empty() && flags.config.empty())) {
    return absl::InvalidArgumentError("--role and --config belong to export");
  }
  if (exports && flags.role != "counter" && flags.role != "all") {
    return absl::InvalidArgumentError(
        absl::StrCat("--role is \"", flags.role, "\"; allowed: counter, all"));
  }
  if (exports && (flags.role == "counter") == flags.config.empty()) {
    return absl::InvalidArgumentError(
        "--config names the settings of a counter, and only --role=counter needs it");
  }
  return absl::OkStatus();
}

}  // namespace

int RunState(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  StateFlags flags;
  Flags parser = MakeFlags(&flags);
  std::vector<std::string> rest;
  absl::Status status = parser.Parse(arguments, &rest);
  if (status.ok() && flags.help) {
    out << kUsage << parser.Help() << "\nExit status: 0 done, 1 failed, 2 wrong usage.\n";
    return kExitGood;
  }
  if (status.ok()) status = Check(flags, rest);
  if (!status.ok()) {
    err << "gmectl state: " << status.message() << "\nSee gmectl state --help.\n";
    return kExitUsage;
  }
  if (rest[0] == "backup") return Backup(flags.state_dir, rest[1], out, err);
  if (rest[0] == "copy") return Copy(flags, out, err);
  if (rest[0] == "restore") return Restore(flags.state_dir, rest[1], out, err);
  return Export(flags, rest[1], out, err);
}

}  // namespace gmewatch
