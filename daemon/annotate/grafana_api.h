// The requests of Grafana's annotations API that gmewatchd makes, and what their answers mean.
//
// Thread safety: free functions over their arguments. Errors of the parsers: InvalidArgument, the
// body is none of this API's.
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

struct HttpRequest {
  std::string method;
  std::string path;  // and query; after the URL of the Grafana
  std::string body;  // JSON, or empty
};

struct HttpAnswer {
  int status = 0;
  std::string body;
};

// Annotations with this tag whose time touches [from, to]; at most kFoundMax.
HttpRequest FindRequest(absl::string_view tag, int64_t from_ms, int64_t to_ms);
HttpRequest CreateRequest(const Annotation& annotation);
// An empty text leaves the one that is there.
HttpRequest UpdateRequest(int64_t id, const Annotation& annotation);

absl::StatusOr<std::vector<Annotation>> ParseFound(absl::string_view body);
// The new id.
absl::StatusOr<int64_t> ParseCreated(absl::string_view body);

// Nothing for 200.
std::optional<AnnotateFailure> FailureOf(int http_status);

inline constexpr int kFoundMax = 100;

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_ANNOTATE_GRAFANA_API_H_
