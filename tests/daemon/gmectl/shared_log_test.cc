#include "daemon/gmectl/shared_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "daemon/gmectl/command.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

void ExpectUsage(const std::vector<std::string>& arguments, const std::string& expected) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(RunLog(arguments, out, err), kExitUsage);
  EXPECT_THAT(err.str(), HasSubstr(expected));
}

TEST(SharedLogTest, WrongUsageSaysWhatIsAllowed) {
  ExpectUsage({}, "create or check");
  ExpectUsage({"drop", "--config=x"}, "create or check");
  ExpectUsage({"create", "check", "--config=x"}, "create or check");
  ExpectUsage({"check"}, "--config is missing");
  ExpectUsage({"create", "--config=x", "--partitions=0"}, "--partitions is 0; allowed: 1 to 1024");
  ExpectUsage({"create", "--config=x", "--partitions=2.5"}, "--partitions is 2.5");
  ExpectUsage({"create", "--config=x", "--replicas=10"}, "--replicas is 10; allowed: 1 to 9");
  ExpectUsage({"create", "--config=x", "--retention=1m"}, "--retention is 1m; allowed: 1h");
}

TEST(SharedLogTest, WrongSettingsAreNamed) {
  const TempDir dir;
  ExpectUsage({"check", "--config=" + dir.File("none")}, "No such file");
  const std::string none = dir.Write("a.yaml", "limits: {max_sessions: 5000}\n");
  ExpectUsage({"check", "--config=" + none}, "a.yaml: has no log.kafka.brokers");
  const std::string password =
      dir.Write("b.yaml",
                "log: {kafka: {brokers: [k:1], sasl: {mechanism: PLAIN, username: u, "
                "password_file: /nonexistent/p}}}\n");
  ExpectUsage({"check", "--config=" + password}, "/nonexistent/p: No such file");
  const std::string tls =
      dir.Write("c.yaml", "log: {kafka: {brokers: [k:1], tls: {ca_file: /nonexistent/ca}}}\n");
  ExpectUsage({"check", "--config=" + tls}, "/nonexistent/ca: No such file");
}

}  // namespace
}  // namespace gmewatch
