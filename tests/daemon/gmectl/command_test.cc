#include "daemon/gmectl/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

void Check(const std::vector<std::string>& arguments, int status, const std::string& in_out,
           const std::string& in_err) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(RunGmectl(arguments, out, err), status);
  EXPECT_THAT(out.str(), HasSubstr(in_out));
  EXPECT_THAT(err.str(), HasSubstr(in_err));
}

TEST(GmectlTest, RunsItsCommands) {
  Check({"help"}, 0, "Usage: gmectl COMMAND", "");
  Check({"--help"}, 0, "send ", "");
  Check({"--version"}, 0, "gmectl 0.", "");
  Check({}, 2, "", "Usage");
  Check({"dance"}, 2, "", "there is no command \"dance\"");
  Check({"send", "--help"}, 0, "--timeout", "");
}

}  // namespace
}  // namespace gmewatch
