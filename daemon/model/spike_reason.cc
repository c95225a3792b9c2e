#include "daemon/model/spike_reason.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace gmewatch {

std::string SpikeReason(double operations_share, double traffic_ratio) {
  std::string out;
  if (operations_share >= 0.001) {
    const double percent = 100 * operations_share;
    out = percent < 9.95 ? absl::StrFormat("%.1f%%", percent) : absl::StrFormat("%.0f%%", percent);
    absl::StrAppend(&out, " of the operations there end with it");
  }
  if (traffic_ratio <= 0) return out;
  absl::StrAppend(&out, out.empty() ? "" : "; ");
  if (traffic_ratio > kUsualTrafficMax) {
    absl::StrAppendFormat(
        &out, "traffic is %.1f times the usual, errors are more than that explains", traffic_ratio);
  } else if (traffic_ratio < kUsualTrafficMin) {
    absl::StrAppendFormat(&out, "traffic is down to %.0f%% of the usual", 100 * traffic_ratio);
  } else {
    absl::StrAppend(&out, "traffic is as usual");
  }
  return out;
}

}  // namespace gmewatch
