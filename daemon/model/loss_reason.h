// Why clients lost events (ClientLoss.Reason on the wire): the values of the label `reason` of
// gme_client_lost_events_total. A reason that this version does not know is counted as
// "unspecified".
#ifndef GMEWATCH_DAEMON_MODEL_LOSS_REASON_H_
#define GMEWATCH_DAEMON_MODEL_LOSS_REASON_H_

#include <array>
#include <cstddef>

#include "absl/strings/string_view.h"

namespace gmewatch {

inline constexpr size_t kLossReasons = 5;
inline constexpr std::array<absl::string_view, kLossReasons> kLossReasonLabels = {
    "unspecified", "too_many_codes", "expired",
    "refused",  // allow(words): the name on the wire and in stored metrics
    "spool_full"};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_LOSS_REASON_H_
