// Counts of annotations pushed to Grafana, and the reasons of failures: the values of the label
// `reason` of gmewatch_annotation_failures_total. Plain data.
#ifndef GMEWATCH_DAEMON_MODEL_ANNOTATE_STATS_H_
#define GMEWATCH_DAEMON_MODEL_ANNOTATE_STATS_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace gmewatch {

// X(enumerator, label, meaning)
#define GMEWATCH_ANNOTATE_FAILURES(X)                                                   \
  X(kNoToken, "no_token", "the token file cannot be read or has no token; tried again") \
  X(kUnreachable, "unreachable", "no connection, no TLS, or it broke; tried again")     \
  X(kTimeout, "timeout", "no answer in time; tried again")                              \
  X(kUnauthorized, "unauthorized", "401 or 403: the token or its role; tried again")    \
  X(kThrottled, "throttled", "429: too many requests; tried again")                     \
  X(kServerError, "server_error", "Grafana answered 5xx; tried again")                  \
  X(kBadAnswer, "bad_answer", "not an answer of Grafana's API; tried again")            \
  X(kRejected, "refused", "another 4xx: given up") /* allow(words): a label's value */  \
  X(kNoRoom, "no_room", "too many spikes at a time: the spike is not pushed")           \
  X(kExpired, "expired", "not pushed within an hour of the spike's end: given up")

enum class AnnotateFailure : uint8_t {
#define GMEWATCH_X(name, label, meaning) name,
  GMEWATCH_ANNOTATE_FAILURES(GMEWATCH_X)
#undef GMEWATCH_X
};

// NOLINTNEXTLINE(bugprone-macro-parentheses): each row adds to the sum before it
#define GMEWATCH_X(name, label, meaning) +1
inline constexpr size_t kAnnotateFailures = 0 GMEWATCH_ANNOTATE_FAILURES(GMEWATCH_X);
#undef GMEWATCH_X

constexpr absl::string_view AnnotateFailureLabel(AnnotateFailure failure) {
  switch (failure) {
#define GMEWATCH_X(name, label, meaning) \
  case AnnotateFailure::name:            \
    return label;
    GMEWATCH_ANNOTATE_FAILURES(GMEWATCH_X)
#undef GMEWATCH_X
  }
  return "";
}

struct AnnotateStats {
  uint64_t created = 0;
  uint64_t updated = 0;
  std::array<uint64_t, kAnnotateFailures> failures{};
  uint64_t queue = 0;  // spikes whose annotation is missing or out of date
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_ANNOTATE_STATS_H_
