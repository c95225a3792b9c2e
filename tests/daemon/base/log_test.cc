#include "daemon/base/log.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

using ::testing::MatchesRegex;

// The line without its time, which is checked apart.
std::string Logged(void (*log)(absl::string_view, std::initializer_list<LogField>),
                   absl::string_view message, std::initializer_list<LogField> fields) {
  testing::internal::CaptureStderr();
  log(message, fields);
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_THAT(line, MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z .*\n"));
  const size_t space = line.find(' ');
  return space == std::string::npos ? line : line.substr(space + 1);
}

TEST(LogTest, NamesTheLevel) {
  EXPECT_EQ(Logged(LogInfo, "recovered", {}), "INFO recovered\n");
  EXPECT_EQ(Logged(LogWarning, "limit reached", {}), "WARNING limit reached\n");
  EXPECT_EQ(Logged(LogError, "disk full", {}), "ERROR disk full\n");
}

TEST(LogTest, QuotesWhatCouldBeMisread) {
  const auto check = [](const std::string& value, const std::string& expected) {
    EXPECT_EQ(Logged(LogInfo, "m", {{"k", value}}), "INFO m k=" + expected + "\n");
  };
  check("12", "12");
  check("eu-west_1.a", "eu-west_1.a");
  check("", "\"\"");
  check("two words", "\"two words\"");
  check("a=b", "\"a=b\"");
  check("a\"b", "\"a\\\"b\"");
  check("a\\b", "\"a\\\\b\"");
  check("line\nINFO forged", "\"line\\nINFO forged\"");
  check("gr\xc3\xbc\xc3\x9f", "\"gr\xc3\xbc\xc3\x9f\"");
  check("\x1b[31m", "\"\\033[31m\"");
}

TEST(LogTest, WritesFieldsInTheirOrder) {
  EXPECT_EQ(Logged(LogInfo, "m", {{"b", "1"}, {"a", "2"}}), "INFO m b=1 a=2\n");
}

}  // namespace
}  // namespace gmewatch
