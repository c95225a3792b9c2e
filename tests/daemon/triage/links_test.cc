#include "daemon/triage/links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/dashboard_links.h"

namespace gmewatch {
namespace {

using ::testing::IsEmpty;

TEST(LinksTest, SetVariablesThatTheDashboardsHave) {
  const TriageLinks links{"http://here", "http://grafana", "http://prometheus"};
  EXPECT_THAT(FaultsOfDashboardLinks(GrafanaOverviewUrl(links)), IsEmpty());
  const auto of_code = LinksOf(links, "1005");
  ASSERT_EQ(of_code.size(), 3);
  EXPECT_THAT(FaultsOfDashboardLinks(of_code[0].url()), IsEmpty()) << of_code[0].url();
  EXPECT_THAT(FaultsOfDashboardLinks(of_code[1].url()), IsEmpty()) << of_code[1].url();
}

TEST(LinksTest, AreNoneWhereNothingIsConfigured) {
  EXPECT_THAT(LinksOf({"http://here", "", ""}, "1005"), IsEmpty());
}

}  // namespace
}  // namespace gmewatch
