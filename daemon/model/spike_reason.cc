#include "daemon/model/spike_reason.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "daemon/model/sender_bits.h"

namespace gmewatch {
namespace {

// "1 session", "266 or more sessions".
std::string Counted(uint32_t senders, absl::string_view one, absl::string_view many) {
  return absl::StrCat(senders, senders >= kSendersCounted ? " or more " : " ",
                      senders == 1 ? one : many);
}

// Appends what is known of the operations and the traffic.
void AddTraffic(const Spike& spike, std::vector<std::string>* parts) {
  const double traffic_ratio = spike.traffic_ratio;
  if (spike.operations_share >= 0.001) {
    const double percent = 100 * spike.operations_share;
    parts->push_back(
        (percent < 9.95 ? absl::StrFormat("%.1f%%", percent) : absl::StrFormat("%.0f%%", percent)) +
        " of the operations there end with it");
  }
  if (traffic_ratio <= 0) return;
  if (traffic_ratio > kUsualTrafficMax) {
    parts->push_back(absl::StrFormat(
        "traffic is %.1f times the usual, errors are more than that explains", traffic_ratio));
  } else if (traffic_ratio < kUsualTrafficMin) {
    parts->push_back(
        absl::StrFormat("traffic is down to %.0f%% of the usual", 100 * traffic_ratio));
  } else {
    parts->push_back("traffic is as usual");
  }
}

}  // namespace

std::string SpikeReason(const Spike& spike) {
  std::vector<std::string> parts;
  AddTraffic(spike, &parts);
  if (spike.sessions > 0) parts.push_back(SendersText(spike));
  return absl::StrJoin(parts, "; ");
}

std::string SendersText(const Spike& spike) {
  if (spike.sessions == 0) return "";
  return absl::StrCat(Counted(spike.sessions, "session", "sessions"), ", ",
                      Counted(spike.new_sessions, "new", "new"), ", ",
                      spike.addresses == 0 ? "addresses not known"
                                           : Counted(spike.addresses, "address", "addresses"));
}

}  // namespace gmewatch
