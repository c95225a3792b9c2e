#include "tests/evaluation/line_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gmewatch::detect_eval {
namespace {

ActiveLine Spike(int code, FleetPlace place, uint64_t incident = 0) {
  return {.code = code, .place = place, .incident = incident};
}

TEST(LineLogTest, ALineLastsAsLongAsItIsActive) {
  LineLog log;
  log.Observe(1, {Spike(5, {0, 1})});
  log.Observe(2, {Spike(5, {0, 1}), Spike(6, {})});
  log.Observe(9, {Spike(6, {}), Spike(5, {0, 1}, 7)});  // after ticks without data
  log.Observe(10, {Spike(6, {})});
  log.Observe(11, {Spike(6, {}), Spike(5, {0, 1})});
  ASSERT_EQ(log.lines().size(), 3u);
  const Line& first = log.lines()[0];
  EXPECT_EQ(first.what.code, 5);
  EXPECT_EQ(first.begin, 1);
  EXPECT_EQ(first.end, 10);
  EXPECT_EQ(first.what.incident, 7u) << "as it was last";
  EXPECT_EQ(log.lines()[1].begin, 2);
  EXPECT_EQ(log.lines()[1].end, kForGood);
  EXPECT_EQ(log.lines()[2].begin, 11) << "the code rises again";
}

TEST(LineLogTest, AnotherPlaceCodeOrKindIsAnotherLine) {
  LineLog log;
  const ActiveLine loop = {.kind = LineKind::kLoop, .code = 5, .place = {0, 1}};
  log.Observe(1, {Spike(5, {0, 1}), Spike(5, {0, kAll}), Spike(5, {kAll, 1}), Spike(5, {}),
                  Spike(6, {0, 1}), loop});
  EXPECT_EQ(log.lines().size(), 6u);
  log.Observe(2, {});
  for (const Line& line : log.lines()) EXPECT_EQ(line.end, 2);
}

}  // namespace
}  // namespace gmewatch::detect_eval
