// A player's game with a Reporter, driven by its arguments, for tests that need a process of its
// own.
//
//   reporter_player ADDRESS STEP...
//
// Steps, in order; each prints its name when it is done:
//   report:N       reports N events of code 1005
//   flush:MS       Flush; prints "flush true" or "flush false"
//   await_failures:N  waits until N attempts have failed
//   await_idle     waits until the connection is closed (idle_timeout is 50 ms)
//   await_sleep    waits until the device has slept an hour or more
//   take_files:N   opens descriptors until N are left of 256
//   free_files     closes those
//   leave_memory:N the address space may grow by N MiB more; 0: without limit
//   stats          prints a line of numbers, and the last error
//
// Exit status: 0; 2 if a step is unknown or the Reporter does not count.
#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "gmewatch/reporter.h"

namespace {

using std::chrono::milliseconds;

// Other clocks and gRPC's sockets are no condition that could be awaited.
void Pause() {
  std::this_thread::sleep_for(milliseconds(5));  // allow(sleep): there is nothing to wait on
}

time_t Seconds(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);  // allow(clock): the test moves the real ones
  return now.tv_sec;
}

void AwaitSleep() {
  while (Seconds(CLOCK_BOOTTIME) - Seconds(CLOCK_MONOTONIC) < 3600) Pause();
}

int SocketsOf(const std::string& directory) {
  int sockets = 0;
  for (int descriptor = 3; descriptor < 256; ++descriptor) {
    std::string target(64, '\0');
    const std::string path = directory + std::to_string(descriptor);
    const ssize_t size = readlink(path.c_str(), target.data(), target.size());
    if (size > 0 && target.compare(0, 7, "socket:") == 0) ++sockets;
  }
  return sockets;
}

void TakeFiles(size_t left, std::vector<int>* taken) {
  const rlimit limit = {256, 256};
  setrlimit(RLIMIT_NOFILE, &limit);
  for (int file = 0; (file = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) taken->push_back(file);
  for (; left > 0 && !taken->empty(); --left) {
    close(taken->back());
    taken->pop_back();
  }
}

void LeaveMemory(rlim_t mebibytes) {
  rlimit limit = {};
  getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = limit.rlim_max;
  if (mebibytes > 0) {
    rlim_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    limit.rlim_cur = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (mebibytes << 20);
  }
  setrlimit(RLIMIT_AS, &limit);
}

void PrintStats(const gmewatch::ReporterStats& stats) {
  std::printf("stats acknowledged=%llu rejected=%llu lost=%llu pending=%llu error=%s\n",
              static_cast<unsigned long long>(stats.acknowledged_events),
              static_cast<unsigned long long>(stats.rejected_events),
              static_cast<unsigned long long>(stats.lost_events),
              static_cast<unsigned long long>(stats.pending_events), stats.last_error.c_str());
}

bool Run(const std::string& step, long number, gmewatch::Reporter* reporter,
         std::vector<int>* taken) {
  if (step == "report") {
    reporter->Report(1005, static_cast<uint32_t>(number));
  } else if (step == "flush") {
    std::puts(reporter->Flush(milliseconds(number)) ? "flush true" : "flush false");
  } else if (step == "await_failures") {
    while (reporter->Stats().batches_failed < static_cast<uint64_t>(number)) Pause();
  } else if (step == "await_idle") {
    while (SocketsOf("/proc/self/fd/") > 0) Pause();
  } else if (step == "await_sleep") {
    AwaitSleep();
  } else if (step == "take_files") {
    TakeFiles(static_cast<size_t>(number), taken);
  } else if (step == "free_files") {
    for (const int file : *taken) close(file);
    taken->clear();
  } else if (step == "leave_memory") {
    LeaveMemory(static_cast<rlim_t>(number));
  } else if (step == "stats") {
    PrintStats(reporter->Stats());
  } else {
    return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  gmewatch::ReporterOptions options;
  options.address = argv[1];
  options.app = "demo";
  options.region = "eu";
  options.first_flush_interval = options.flush_interval = std::chrono::hours(1);
  options.initial_backoff = milliseconds(50);
  options.max_backoff = milliseconds(200);
  options.idle_timeout = milliseconds(50);
  gmewatch::Reporter reporter(options);
  if (!reporter.is_counting()) return 2;
  std::vector<int> taken;
  for (int i = 2; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t colon = argument.find(':');
    const std::string step = argument.substr(0, colon);
    const long number =
        colon == std::string::npos ? 0 : std::strtol(argument.c_str() + colon + 1, nullptr, 10);
    if (!Run(step, number, &reporter, &taken)) return 2;
    std::printf("done %s\n", argument.c_str());
    std::fflush(stdout);
  }
}
