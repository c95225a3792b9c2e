#include "daemon/triage/links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/dashboard_links.h"

namespace gmewatch {
namespace {

using ::testing::IsEmpty;

TEST(LinksTest, AreEmptyIfNothingIsConfigured) {
  EXPECT_THAT(LinksOf({"http://here", "", ""}, "1005"), IsEmpty());
  EXPECT_EQ(PrometheusUrl({"http://here", "http://grafana", ""}, "up"), "");
  EXPECT_EQ(GrafanaOverviewUrl({"http://here", "", "http://prometheus"}), "");
}

TEST(LinksTest, LeadToTheCodeInGrafanaAndPrometheus) {
  const auto links = LinksOf({"", "https://grafana/g", "http://prometheus:9090"}, "1005");
  ASSERT_EQ(links.size(), 3);
  EXPECT_EQ(links[0].title(), "Grafana: this code");
  EXPECT_EQ(links[0].url(), "https://grafana/g/d/gme-code?var-code=1005&from=now-3h&to=now");
  EXPECT_EQ(links[1].url(), "https://grafana/g/d/gme-overview?from=now-3h&to=now");
  EXPECT_EQ(links[2].title(), "Prometheus: this code");
  EXPECT_EQ(links[2].url(),
            "http://prometheus:9090/graph?g0.expr=sum%20by%20%28app%2C%20region%29%20%28rate%28"
            "gme_error_events_total%7Bcode%3D%221005%22%7D%5B5m%5D%29%29&g0.range_input=3h&"
            "g0.tab=0");
}

TEST(LinksTest, EscapeTheExpression) {
  EXPECT_EQ(PrometheusUrl({"", "", "http://p"}, "a&b=c#d\"<e>"),
            "http://p/graph?g0.expr=a%26b%3Dc%23d%22%3Ce%3E&g0.range_input=3h&g0.tab=0");
}

TEST(LinksTest, SetVariablesThatTheDashboardsHave) {
  const TriageLinks links{"http://here", "http://grafana", "http://prometheus"};
  EXPECT_THAT(FaultsOfDashboardLinks(GrafanaOverviewUrl(links)), IsEmpty());
  const auto of_code = LinksOf(links, "1005");
  ASSERT_EQ(of_code.size(), 3);
  EXPECT_THAT(FaultsOfDashboardLinks(of_code[0].url()), IsEmpty()) << of_code[0].url();
  EXPECT_THAT(FaultsOfDashboardLinks(of_code[1].url()), IsEmpty()) << of_code[1].url();
}

}  // namespace
}  // namespace gmewatch
