// Why the daemon rejected a batch: the values of the label `reason` of
// gmewatch_rejected_events_total. Every place that rejects names exactly one. Event logs contain
// the numbers, so a number is never used again for another reason.
#ifndef GMEWATCH_DAEMON_MODEL_REJECT_REASON_H_
#define GMEWATCH_DAEMON_MODEL_REJECT_REASON_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace gmewatch {

// X(enumerator, number, label, meaning)
#define GMEWATCH_REJECT_REASONS(X)                                                              \
  X(kInvalid, 0, "invalid", "the batch or its session breaks a rule of the wire")               \
  X(kUnauthenticated, 1, "unauthenticated", "no key or a wrong key of the app")                 \
  X(kPermissionDenied, 2, "permission_denied", "an app or region that is not in the settings")  \
  X(kOverloaded, 3, "overloaded", "too much is waiting for the log; the client sends it again") \
  X(kSessionLimit, 4, "session_limit", "no room for a new session; the client sends it again")  \
  X(kLogFailed, 5, "log_failed", "the log could not be written; the client sends it again")     \
  X(kStopping, 6, "stopping", "the daemon is stopping; the client sends it again")              \
  X(kQuota, 7, "quota", "more than a quota of the settings; the client sends it again")         \
  X(kSeriesFull, 8, "series_full", "one of its series would pass 2^52 events")

enum class RejectReason : uint8_t {
#define GMEWATCH_X(name, number, label, meaning) name = (number),
  GMEWATCH_REJECT_REASONS(GMEWATCH_X)
#undef GMEWATCH_X
};

// NOLINTNEXTLINE(bugprone-macro-parentheses): each row adds to the sum before it
#define GMEWATCH_X(name, number, label, meaning) +1
inline constexpr size_t kRejectReasons = 0 GMEWATCH_REJECT_REASONS(GMEWATCH_X);
#undef GMEWATCH_X

constexpr absl::string_view RejectReasonLabel(RejectReason reason) {
  switch (reason) {
#define GMEWATCH_X(name, number, label, meaning) \
  case RejectReason::name:                       \
    return label;
    GMEWATCH_REJECT_REASONS(GMEWATCH_X)
#undef GMEWATCH_X
  }
  return "";
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_REJECT_REASON_H_
