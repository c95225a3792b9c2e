#include "daemon/expose/process_stats.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "daemon/base/clock.h"

namespace gmewatch {
namespace {

std::string ReadAll(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

uint64_t Number(const std::vector<absl::string_view>& fields, size_t i) {
  uint64_t number = 0;
  return i < fields.size() && absl::SimpleAtoi(fields[i], &number) ? number : 0;
}

constexpr size_t kFirst = 3;  // the number of the first field in proc(5)

// proc(5): the fields after the program's name, which may itself contain spaces and brackets. Empty
// if they cannot be read.
std::vector<absl::string_view> Fields(absl::string_view stat) {
  const size_t name_end = stat.rfind(") ");
  if (name_end == absl::string_view::npos) return {};
  return absl::StrSplit(stat.substr(name_end + 2), ' ');
}

// /proc/stat has the time of the boot too, but a service may not see it, and it moves.
std::optional<absl::Time> StartTime() {
  const std::string stat = ReadAll("/proc/self/stat");
  const uint64_t ticks = Number(Fields(stat), 22 - kFirst);
  timespec since_boot{};
  clock_gettime(CLOCK_BOOTTIME, &since_boot);  // allow(clock): proc(5) counts from the boot
  if (ticks == 0) return std::nullopt;
  const absl::Duration after_boot =
      absl::Seconds(static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK)));
  return RealClock().Now() - (absl::DurationFromTimespec(since_boot) - after_boot);
}

}  // namespace

ProcessStats ReadProcessStats() {
  ProcessStats stats;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    stats.cpu =
        absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    stats.max_fds = limit.rlim_cur;
  }
  std::error_code error;
  const std::filesystem::directory_iterator fds("/proc/self/fd", error);
  if (!error) {
    // One of them belongs to this listing.
    stats.open_fds = static_cast<uint64_t>(std::distance(begin(fds), end(fds))) - 1;
  }

  const std::string stat = ReadAll("/proc/self/stat");
  const std::vector<absl::string_view> fields = Fields(stat);
  stats.threads = Number(fields, 20 - kFirst);
  stats.virtual_bytes = Number(fields, 23 - kFirst);
  stats.resident_bytes = Number(fields, 24 - kFirst) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  static const std::optional<absl::Time> start = StartTime();
  stats.start = start;
  return stats;
}

}  // namespace gmewatch
