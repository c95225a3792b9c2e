// The requests that gmewatchd makes to Grafana's annotations API, and how their responses are read.
//
// Thread safety: free functions without state. Errors of the parsers: INVALID_ARGUMENT, the body is
// not one of this API.
#ifndef GMEWATCH_DAEMON_ANNOTATE_GRAFANA_API_H_
#define GMEWATCH_DAEMON_ANNOTATE_GRAFANA_API_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "daemon/annotate/annotation.h"
#include "daemon/model/annotate_stats.h"

namespace gmewatch {

struct GrafanaRequest {
  std::string method;
  std::string path;  // with the query; follows the URL of the Grafana
  std::string body;  // JSON, or empty
};

// Annotations with this tag whose time touches [from, to]; at most kFoundMax.
GrafanaRequest FindRequest(absl::string_view tag, int64_t from_ms, int64_t to_ms);
GrafanaRequest CreateRequest(const Annotation& annotation);
// An empty text leaves the stored text as it is.
GrafanaRequest UpdateRequest(int64_t id, const Annotation& annotation);

absl::StatusOr<std::vector<Annotation>> ParseFound(absl::string_view body);
// The id of the new annotation.
absl::StatusOr<int64_t> ParseCreated(absl::string_view body);

// Which failure a status means; nothing for 200.
std::optional<AnnotateFailure> FailureOf(int http_status);

inline constexpr int kFoundMax = 100;

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_ANNOTATE_GRAFANA_API_H_
