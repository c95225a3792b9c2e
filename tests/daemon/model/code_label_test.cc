#include "daemon/model/code_label.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

TEST(CodeLabelTest, IsTheNumberOrOther) {
  EXPECT_EQ(CodeLabel(1005, false), "1005");
  EXPECT_EQ(CodeLabel(-7, false), "-7");
  EXPECT_EQ(CodeLabel(0, true), "other");
}

TEST(CodeLabelTest, TheCauseOfAnIncidentHasTheLabelOfItsMember) {
  Incident incident;
  incident.members = {{1005, false, {"all", "eu"}}, {0, true, {"all", "eu"}}};
  incident.cause_code = 1005;
  EXPECT_EQ(CauseLabel(incident), "1005");
  incident.cause_code = 0;
  EXPECT_EQ(CauseLabel(incident), "other");
}

}  // namespace
}  // namespace gmewatch
