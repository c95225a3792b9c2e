// The query of /api/v1/top: how many codes the answer has.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_TOP_LIMIT_H_
#define GMEWATCH_DAEMON_TRIAGE_TOP_LIMIT_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

inline constexpr size_t kTopDefault = 50;
inline constexpr size_t kTopMax = 200;

// `limit` of a query such as "limit=20"; kTopDefault if the query is empty. InvalidArgument says
// what is allowed.
absl::StatusOr<size_t> LimitOf(absl::string_view query);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_TOP_LIMIT_H_
