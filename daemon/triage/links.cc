#include "daemon/triage/links.h"

#include "absl/strings/str_cat.h"
#include "daemon/base/url_encode.h"

namespace gmewatch {
namespace {

// The time range that Grafana and Prometheus show first.
constexpr absl::string_view kGrafanaRange = "from=now-3h&to=now";
constexpr absl::string_view kPrometheusRange = "g0.range_input=3h&g0.tab=0";

}  // namespace

std::string PrometheusUrl(const TriageLinks& links, absl::string_view expression) {
  if (links.prometheus_url.empty()) return "";
  return absl::StrCat(links.prometheus_url, "/graph?g0.expr=", UrlEncode(expression), "&",
                      kPrometheusRange);
}

std::string GrafanaOverviewUrl(const TriageLinks& links) {
  if (links.grafana_url.empty()) return "";
  return absl::StrCat(links.grafana_url, "/d/gme-overview?", kGrafanaRange);
}

google::protobuf::RepeatedPtrField<v1::Link> LinksOf(const TriageLinks& links,
                                                     absl::string_view code) {
  google::protobuf::RepeatedPtrField<v1::Link> out;
  const auto add = [&out](absl::string_view title, std::string url) {
    if (url.empty()) return;
    v1::Link* link = out.Add();
    link->set_title(std::string(title));
    link->set_url(std::move(url));
  };
  if (!links.grafana_url.empty()) {
    add("Grafana: this code", absl::StrCat(links.grafana_url, "/d/gme-code?var-code=",
                                           UrlEncode(code), "&", kGrafanaRange));
  }
  add("Grafana: overview", GrafanaOverviewUrl(links));
  add("Prometheus: this code",
      PrometheusUrl(links, absl::StrCat("sum by (app, region) (rate(gme_error_events_total{code=\"",
                                        code, "\"}[5m]))")));
  return out;
}

}  // namespace gmewatch
