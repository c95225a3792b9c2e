// Links to Grafana's dashboards and to Prometheus, as far as they are configured.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_LINKS_H_
#define GMEWATCH_DAEMON_TRIAGE_LINKS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// Addresses without a slash at the end; empty if not configured.
struct TriageLinks {
  std::string public_url;
  std::string grafana_url;
  std::string prometheus_url;
};

// Grafana's dashboards of the code and of all codes; Prometheus' graph of the code.
google::protobuf::RepeatedPtrField<v1::Link> LinksOf(const TriageLinks& links,
                                                     absl::string_view code);
// The expression in Prometheus' graph; empty if Prometheus is not configured.
std::string PrometheusUrl(const TriageLinks& links, absl::string_view expression);
// Grafana's dashboard of all codes; empty if Grafana is not configured.
std::string GrafanaOverviewUrl(const TriageLinks& links);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_LINKS_H_
