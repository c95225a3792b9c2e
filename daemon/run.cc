#include "daemon/run.h"

#include <malloc.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "daemon/base/log.h"
#include "daemon/base/patient_clock.h"
#include "daemon/base/service_manager.h"
#include "daemon/base/thread_check.h"
#include "daemon/base/version.h"
#include "daemon/check_state.h"
#include "daemon/counter.h"
#include "daemon/daemon.h"
#include "daemon/daemon_files.h"
#include "daemon/front.h"
#include "daemon/ingest/ingest_server.h"

namespace gmewatch {
namespace {

// How long a stop or a start waits for whoever reads the log.
constexpr absl::Duration kFlushTime = absl::Seconds(1);

// How long a start waits for whoever reads standard output.
constexpr int kOutputTimeMs = 1000;

// Then the process ends by a signal.
constexpr unsigned kStopAfterFailureSeconds = 15;

int ExitStatus(const absl::Status& status) {
  if (status.ok()) return 0;
  const bool usage = absl::IsInvalidArgument(status);
  return usage ? kExitUsage : kExitFailure;
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return value == nullptr ? "" : value;
}

// A shell gives 1,024 descriptors, so many connections, where the system allows far more.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// A full pipe or a stopped terminal must not keep the process from its signals.
void SayReady(const Service& daemon) {
  const std::string ingest = daemon.ingest_address();
  const std::string connect = daemon.connect_address();
  const std::string line = absl::StrCat(
      "ready ", ingest.empty() ? "" : absl::StrCat("ingest=", ingest, " "),
      "admin=", daemon.admin_address(), connect.empty() ? "" : " connect=", connect, "\n");
  pollfd output = {STDOUT_FILENO, POLLOUT, 0};
  if (poll(&output, 1, kOutputTimeMs) > 0 &&
      write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size())) {
    return;
  }
  LogWarning("standard output does not take the ready line", {{"ingest", daemon.ingest_address()},
                                                              {"admin", daemon.admin_address()},
                                                              {"connect", connect}});
}

absl::StatusOr<std::unique_ptr<Service>> StartRole(DaemonOptions options, Clock& clock) {
  const absl::StatusOr<DaemonFiles> files = LoadFiles(options);
  if (!files.ok()) return files.status();
  const Settings::Role role = files->settings.role();
  if (role == Settings::front) return Front::Start(std::move(options), clock);
  if (role == Settings::counter) return Counter::Start(std::move(options), clock);
  return Daemon::Start(std::move(options), clock);
}

// Instead of a core dump without a word, such as when a thread cannot be made.
[[noreturn]] void SayWhyAndEnd() {
  std::string why = "no exception";
  const std::exception_ptr thrown = std::current_exception();
  try {
    if (thrown != nullptr) std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    why = error.what();
  } catch (...) {
    why = "an unknown exception";
  }
  LogError("ended: the system gives no threads or no memory, or this is a fault of gmewatchd",
           {{"error", why}});
  FlushLog(kFlushTime);
  _exit(kExitFailure);
}

}  // namespace

std::string StateDir(const std::string& flag) {
  if (!flag.empty()) return flag;
  std::string dir = Environment("STATE_DIRECTORY");
  if (!dir.empty()) return dir;
  dir = Environment("XDG_STATE_HOME");
  if (!dir.empty()) return absl::StrCat(dir, "/gmewatch");
  dir = Environment("HOME");
  return dir.empty() ? "" : absl::StrCat(dir, "/.local/state/gmewatch");
}

bool KeepsCounts(const DaemonOptions& options) {
  const absl::StatusOr<DaemonFiles> files = LoadFiles(options);
  return !files.ok() || files->settings.role() != Settings::front;
}

int CheckFiles(const DaemonOptions& options) {
  const absl::StatusOr<DaemonFiles> files = LoadFiles(options);
  if (!files.ok()) {
    std::cerr << "gmewatchd: " << files.status().message() << "\n";
    return kExitUsage;
  }
  std::cout << "settings and catalogue are valid: " << files->settings.apps_size() << " apps, "
            << files->catalog.codes().size() << " codes\n";
  return 0;
}

int CheckStateFiles(const std::string& state_dir) {
  const absl::StatusOr<std::string> state = CheckState(state_dir);
  if (!state.ok()) {
    std::cerr << "gmewatchd: " << state.status().message() << "\n";
    return ExitStatus(state.status());
  }
  std::cout << *state << "\n";
  return 0;
}

int RunUntilSignal(DaemonOptions options) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  // Before any thread starts, so that all inherit the mask and only this one takes the signals.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  RaiseDescriptorLimit();
  // So a disk quota fails the write instead of ending the process.
  std::signal(SIGXFSZ, SIG_IGN);

#ifdef NDEBUG
  // Debian builds abseil with its check of lock order, which is for finding bugs and slows down
  // every lock, gRPC's too.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif

  // Blocks that large tables free when they grow go back to the system. By default glibc raises
  // this threshold to the largest block ever freed, and keeps them.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);  // NOLINT(concurrency-mt-unsafe): before any thread

  RealClock real_clock;
  PatientClock clock(real_clock);
  options.on_fatal = [] {
    // A stop may wait for what has failed.
    alarm(kStopAfterFailureSeconds);
    kill(getpid(), SIGTERM);
  };
  const ServiceManager manager(Environment("NOTIFY_SOCKET"));
  options.on_alive = [&manager] { manager.Notify("WATCHDOG=1"); };
  std::set_terminate(&SayWhyAndEnd);
  const absl::Status threads = CheckThreads(IngestServer::Threads() + kOtherThreads);
  if (!threads.ok()) {
    LogPlain(absl::StrCat("gmewatchd: ", threads.message()));
    return kExitFailure;
  }
  StartLogThread();
  absl::StatusOr<std::unique_ptr<Service>> daemon = StartRole(std::move(options), clock);
  if (!daemon.ok()) {
    LogPlain(absl::StrCat("gmewatchd: ", daemon.status().message()));
    FlushLog(kFlushTime);
    return ExitStatus(daemon.status());
  }
  LogInfo("ready", {{"version", std::string(Version())}});
  FlushLog(kFlushTime);  // what the start says comes before the line that it is over
  SayReady(**daemon);
  manager.Notify("READY=1");
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) (*daemon)->Reload();
  LogInfo("stopping", {{"signal", absl::StrCat(signal)}});
  manager.Notify("STOPPING=1");
  const absl::Status stopped = (*daemon)->Stop();
  if (!stopped.ok()) {
    LogError("stopped because of a failure that does not pass",
             {{"error", std::string(stopped.message())}});
  }
  FlushLog(kFlushTime);
  return stopped.ok() ? 0 : kExitFailure;
}

}  // namespace gmewatch
