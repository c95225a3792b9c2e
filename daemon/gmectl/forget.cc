#include "daemon/gmectl/forget.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/base/clock.h"
#include "daemon/base/flags.h"
#include "daemon/gmectl/command.h"
#include "daemon/gmectl/kept_state.h"
#include "daemon/log/sqlite_log.h"
#include "daemon/log/state_copy.h"
#include "daemon/log/state_lock.h"

namespace gmewatch {
namespace {

struct ForgetFlags {
  std::string app;
  std::string region;
  std::string code;
  std::string state_dir;
  bool help = false;
};

Flags MakeFlags(ForgetFlags* to) {
  Flags flags;
  flags.Add("app", &to->app, "the app whose series begin again");
  flags.Add("region", &to->region, "only those of this region; else of all");
  flags.Add("code", &to->code, "only this code; else all, successes, sessions and losses too");
  flags.Add("state_dir", &to->state_dir, "the state directory of gmewatchd");
  flags.Add("help", &to->help, "print this text");
  return flags;
}

absl::Status Check(const ForgetFlags& flags, const std::vector<std::string>& rest, Forget* what) {
  if (!rest.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", rest.front(), "\" is not a flag; every argument is --NAME=VALUE"));
  }
  if (flags.app.empty()) return absl::InvalidArgumentError("--app is missing");
  if (flags.state_dir.empty()) return absl::InvalidArgumentError("--state_dir is missing");
  *what = {flags.app, flags.region, std::nullopt};
  if (flags.code.empty()) return absl::OkStatus();
  int32_t code = 0;
  if (!absl::SimpleAtoi(flags.code, &code)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--code is \"", flags.code, "\"; allowed: a number"));
  }
  what->code = code;
  return absl::OkStatus();
}

// The events of the series; nothing if there is no such series.
std::optional<uint64_t> EventsOf(const Counters& counters, const Forget& what) {
  std::optional<uint64_t> events;
  for (size_t id = 0; id < counters.places(); ++id) {
    const PlaceCounters& row = counters.place(id);
    if (row.place().app != what.app) continue;
    if (!what.region.empty() && row.place().region != what.region) continue;
    if (!what.code.has_value()) events = events.value_or(0) + row.total();
    if (what.code == kSuccessCode) events = events.value_or(0) + row.success_events();
    for (size_t slot = kOtherSlot + 1; what.code.has_value() && slot < counters.codes(); ++slot) {
      if (counters.code(slot) != *what.code) continue;
      events = events.value_or(0) + row.cell(slot).events.value();
    }
  }
  return events;
}

std::string TextOf(const Forget& what) {
  return absl::StrCat("app ", what.app, what.region.empty() ? "" : ", region ", what.region,
                      what.code.has_value() ? absl::StrCat(", code ", *what.code) : "");
}

}  // namespace

absl::StatusOr<std::string> ForgetIn(const std::string& state_dir, const Forget& what) {
  const absl::StatusOr<StateRole> role = RoleOfState(state_dir);
  if (!role.ok()) return role.status();
  if (*role == StateRole::kCounter) {
    return absl::FailedPreconditionError(
        absl::StrCat(state_dir,
                     " is a counter's state, which must stay what the shared log says; it forgets "
                     "nothing"));
  }
  const absl::StatusOr<StateLock> lock = StateLock::Acquire(state_dir);
  if (!lock.ok()) return lock.status();
  const absl::StatusOr<std::unique_ptr<SqliteLog>> log = SqliteLog::Open(state_dir);
  if (!log.ok()) return log.status();
  Aggregate aggregate;
  const absl::StatusOr<Checkpoint> at = RecoverState(log->get(), &aggregate);
  if (!at.ok()) return at.status();
  const std::optional<uint64_t> events = EventsOf(aggregate.counters(), what);
  if (!events.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("the state has no series of ", TextOf(what), "; nothing was changed"));
  }
  const absl::StatusOr<RejectedByReason> kept = (*log)->LoadRejected(at->epoch + 1);
  if (!kept.ok()) return kept.status();
  Epoch epoch;
  RealClock clock;
  epoch.time_ms = std::max(at->time_ms, absl::ToUnixMillis(clock.Now()));
  epoch.steady_ms = at->steady_ms;
  // The next epoch has what was rejected while the log could not be written.
  epoch.rejected = *kept;
  epoch.forget.push_back(what);
  absl::Status appended = (*log)->Append(at->epoch + 1, epoch);
  if (!appended.ok()) return appended;
  return absl::StrCat("begun again at zero: ", TextOf(what), ", which had ", *events,
                      " events; Prometheus takes it for a restart of the counter",
                      what.code.has_value()
                          ? ""
                          : ", or does not see it until it reports again if no settings list it");
}

int RunForget(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  ForgetFlags flags;
  Flags parser = MakeFlags(&flags);
  std::vector<std::string> rest;
  absl::Status status = parser.Parse(arguments, &rest);
  if (status.ok() && flags.help) {
    out << "Usage: gmectl forget --app=APP [--region=REGION] [--code=CODE] --state_dir=DIR\n"
           "Begins series again at zero, for counts that were forged. An app or\n"
           "a region that no settings list is gone until it reports again. gmewatchd must not run "
           "with\n"
           "this state; it has the change from its next start on, and a kill does not undo it.\n\n"
        << parser.Help()
        << "\nExit status: 0 begun again, 1 no such series or no usable state, 2 wrong usage.\n";
    return kExitGood;
  }
  Forget what;
  if (status.ok()) status = Check(flags, rest, &what);
  if (!status.ok()) {
    err << "gmectl forget: " << status.message() << "\nSee gmectl forget --help.\n";
    return kExitUsage;
  }
  const absl::StatusOr<std::string> done = ForgetIn(flags.state_dir, what);
  if (!done.ok()) {
    err << "gmectl forget: " << done.status().message() << "\n";
    return kExitBad;
  }
  out << *done << "\n";
  return kExitGood;
}

}  // namespace gmewatch
