#include "daemon/run.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <utility>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "daemon/base/log.h"
#include "daemon/base/version.h"

namespace gmewatch {
namespace {

int ExitStatus(const absl::Status& status) {
  if (status.ok()) return 0;
  const bool usage = absl::IsInvalidArgument(status);
  return usage ? kExitUsage : kExitFailure;
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return value == nullptr ? "" : value;
}

}  // namespace

bool AsksForHelp(int argc, char** argv) {
  return std::any_of(argv + 1, argv + argc, [](absl::string_view argument) {
    return argument == "--help" || argument == "-help";
  });
}

void PrintHelp(std::ostream& out) {
  out << "gmewatchd: counts GME error codes and shows them to Prometheus\n\n";
  std::map<absl::string_view, const absl::CommandLineFlag*> flags;  // in the order of their names
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    if (absl::EndsWith(flag->Filename(), "daemon/main.cc")) flags.emplace(name, flag);
  }
  for (const auto& [name, flag] : flags) {
    out << "  --" << name << "=" << flag->DefaultValue() << "\n      " << flag->Help() << "\n";
  }
  out << "  --version\n      say the version, then exit\n"
         "\nExit status: 0, 1 for a failure, 2 for wrong usage or settings.\n";
}

bool CheckFlags(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    absl::string_view name = argv[i];
    if (name == "--version") continue;  // absl's own
    const bool dashes = absl::ConsumePrefix(&name, "--") || absl::ConsumePrefix(&name, "-");
    const size_t equals = name.find('=');
    const absl::string_view value =
        equals == absl::string_view::npos ? "true" : name.substr(equals + 1);
    absl::CommandLineFlag* flag =
        dashes ? absl::FindCommandLineFlag(name.substr(0, equals)) : nullptr;
    std::string error;
    if (flag == nullptr) {
      error = "is no flag";
    } else if (equals == absl::string_view::npos && !flag->IsOfType<bool>()) {
      error = "needs a value, as --NAME=VALUE";
    } else if (flag->ParseFrom(value, &error)) {
      continue;
    }
    std::cerr << "gmewatchd: " << argv[i] << ": " << error << "; see gmewatchd --help\n";
    return false;
  }
  return true;
}

std::string StateDir(const std::string& flag) {
  if (!flag.empty()) return flag;
  std::string dir = Environment("STATE_DIRECTORY");
  if (!dir.empty()) return dir;
  dir = Environment("XDG_STATE_HOME");
  if (!dir.empty()) return absl::StrCat(dir, "/gmewatch");
  dir = Environment("HOME");
  return dir.empty() ? "" : absl::StrCat(dir, "/.local/state/gmewatch");
}

int CheckFiles(const DaemonOptions& options) {
  const absl::StatusOr<DaemonFiles> files = LoadFiles(options);
  if (!files.ok()) {
    std::cerr << "gmewatchd: " << files.status().message() << "\n";
    return kExitUsage;
  }
  std::cout << "settings and catalogue are right: " << files->settings.apps.size() << " apps, "
            << files->catalog.codes().size() << " codes\n";
  return 0;
}

int RunUntilSignal(DaemonOptions options) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  // Before any thread, so that all inherit it and only this one takes them.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // A disk quota shows as an error of the write then, and not as the end of the process.
  std::signal(SIGXFSZ, SIG_IGN);

#ifdef NDEBUG
  // Debian builds abseil with its check of the order of locks, which is for finding bugs and slows
  // every lock, gRPC's too.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif

  // What large tables leave behind when they grow goes back to the system. glibc would keep it: it
  // raises this limit to the largest block ever freed.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);

  RealClock clock;
  options.on_fatal = [] { kill(getpid(), SIGTERM); };
  absl::StatusOr<std::unique_ptr<Daemon>> daemon = Daemon::Start(std::move(options), clock);
  if (!daemon.ok()) {
    std::cerr << "gmewatchd: " << daemon.status().message() << "\n";
    return ExitStatus(daemon.status());
  }
  LogInfo("ready", {{"version", std::string(Version())}});
  std::cout << "ready ingest=" << (*daemon)->ingest_address()
            << " admin=" << (*daemon)->admin_address() << std::endl;  // NOLINT: now, not later
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) (*daemon)->Reload();
  LogInfo("stopping", {{"signal", absl::StrCat(signal)}});
  const absl::Status stopped = (*daemon)->Stop();
  if (!stopped.ok()) {
    LogError("stopped because the log is at its end", {{"error", std::string(stopped.message())}});
  }
  return stopped.ok() ? 0 : kExitFailure;
}

}  // namespace gmewatch
