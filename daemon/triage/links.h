// Where else to look at a code: Grafana's dashboards and Prometheus, where they are configured.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_LINKS_H_
#define GMEWATCH_DAEMON_TRIAGE_LINKS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// Without a slash at the end; empty where there is none.
struct TriageLinks {
  std::string public_url;
  std::string grafana_url;
  std::string prometheus_url;
};

// Grafana's dashboard of one code and of all; Prometheus' graph of the code.
google::protobuf::RepeatedPtrField<v1::Link> LinksOf(const TriageLinks& links,
                                                     absl::string_view code);
// An expression in Prometheus' graph; empty where Prometheus is not configured.
std::string PrometheusUrl(const TriageLinks& links, absl::string_view expression);
// Empty where Grafana is not configured.
std::string GrafanaOverviewUrl(const TriageLinks& links);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_LINKS_H_
