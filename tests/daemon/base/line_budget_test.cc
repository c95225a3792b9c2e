#include "daemon/base/line_budget.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

TEST(LineBudgetTest, LeavesOutWhatIsTooMuchInAPeriodAndSaysHowMuch) {
  LineBudget budget(2, absl::Minutes(1));
  // The clock may begin anywhere.
  const absl::Duration begin = absl::Seconds(1);
  EXPECT_EQ(budget.Take(begin), 0U);
  EXPECT_EQ(budget.Take(begin + absl::Seconds(1)), 0U);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(budget.Take(begin + absl::Seconds(2)).has_value());
  EXPECT_EQ(budget.Take(begin + absl::Minutes(1)), 3U);
  EXPECT_EQ(budget.Take(begin + absl::Minutes(1)), 0U);
  EXPECT_FALSE(budget.Take(begin + absl::Minutes(1)).has_value());
  EXPECT_EQ(budget.Take(begin + absl::Minutes(10)), 1U);
}

}  // namespace
}  // namespace gmewatch
