#include "daemon/expose/process_stats.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

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

// The time at which the machine started, in Unix seconds.
uint64_t BootTime(absl::string_view stat) {
  for (const absl::string_view line : absl::StrSplit(stat, '\n')) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ');
    if (fields[0] == "btime") {
      return Number(fields, 1);
    }
  }
  return 0;
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

  // proc(5): the fields after the program's name, which may itself contain spaces and brackets.
  const std::string stat = ReadAll("/proc/self/stat");
  const size_t name_end = stat.rfind(") ");
  if (name_end != std::string::npos) {
    const std::vector<absl::string_view> fields =
        absl::StrSplit(absl::string_view(stat).substr(name_end + 2), ' ');
    constexpr size_t kFirst = 3;  // the number of fields[0] in proc(5)
    stats.threads = Number(fields, 20 - kFirst);
    stats.virtual_bytes = Number(fields, 23 - kFirst);
    stats.resident_bytes =
        Number(fields, 24 - kFirst) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    const double ticks = static_cast<double>(Number(fields, 22 - kFirst));
    stats.start = absl::FromUnixSeconds(static_cast<int64_t>(BootTime(ReadAll("/proc/stat")))) +
                  absl::Seconds(ticks / static_cast<double>(sysconf(_SC_CLK_TCK)));
  }
  return stats;
}

}  // namespace gmewatch
