// The system gives gmewatchd too few threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/gmewatchd_process.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ThreadShortageTest, IsSaidInOneLineAtTheStart) {
  ChildOptions options;
  // Too little for the stacks of the threads. Root has no limit on the number of its threads.
  options.address_space_max = uint64_t{500} << 20;
  const Ended run = RunToEnd(
      GmewatchdPath(),
      {"--in_memory", "--ingest_address=127.0.0.1:0", "--admin_address=127.0.0.1:0"}, options);
  EXPECT_EQ(run.status, 1) << run.error;
  EXPECT_THAT(run.error, HasSubstr("gmewatchd: the system gives "));
  EXPECT_THAT(run.error, HasSubstr("TasksMax="));
  EXPECT_THAT(run.error, Not(HasSubstr("terminate called")));
}

}  // namespace
}  // namespace gmewatch
