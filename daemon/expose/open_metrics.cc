#include "daemon/expose/open_metrics.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kTotal = "_total";
// "# HELP " and "# TYPE "
constexpr size_t kHeadBytes = 7;

}  // namespace

absl::string_view OpenMetricsFamily(absl::string_view name) {
  return absl::StripSuffix(name, kTotal);
}

std::string OpenMetricsText(absl::string_view text) {
  std::string out;
  out.reserve(text.size() + kOpenMetricsEnd.size());
  while (!text.empty()) {
    const size_t end = text.find('\n');
    absl::string_view line = text.substr(0, end);
    text.remove_prefix(end == absl::string_view::npos ? text.size() : end + 1);
    if (absl::StartsWith(line, "# ")) {
      const absl::string_view name =
          line.substr(kHeadBytes, line.find(' ', kHeadBytes) - kHeadBytes);
      absl::StrAppend(&out, line.substr(0, kHeadBytes), OpenMetricsFamily(name));
      line.remove_prefix(kHeadBytes + name.size());
    }
    absl::StrAppend(&out, line, "\n");
  }
  absl::StrAppend(&out, kOpenMetricsEnd);
  return out;
}

}  // namespace gmewatch
