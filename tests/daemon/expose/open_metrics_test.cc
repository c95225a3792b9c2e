#include "daemon/expose/open_metrics.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

TEST(OpenMetricsTest, NamesTheFamilyOfACounterWithoutTotal) {
  EXPECT_EQ(OpenMetricsText(
                "# HELP a_total Help of a_total.\n# TYPE a_total counter\na_total{x=\"# y\"} 1\n"
                "# HELP b Help.\n# TYPE b gauge\nb 2\n"),
            "# HELP a Help of a_total.\n# TYPE a counter\na_total{x=\"# y\"} 1\n"
            "# HELP b Help.\n# TYPE b gauge\nb 2\n# EOF\n");
  EXPECT_EQ(OpenMetricsText(""), "# EOF\n");
}

}  // namespace
}  // namespace gmewatch
