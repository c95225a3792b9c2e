#include "daemon/base/json_text.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

TEST(JsonTextTest, QuotesAndEscapes) {
  EXPECT_EQ(JsonText(""), "\"\"");
  EXPECT_EQ(JsonText("a \"b\" \\ \n"), R"("a \"b\" \\ \n")");
  EXPECT_EQ(JsonText("\xE8\xAF\xAD"), "\"\xE8\xAF\xAD\"");
}

TEST(JsonTextTest, LeavesOutBytesThatAreNotUtf8) { EXPECT_EQ(JsonText("a\xFF"), "\"a\""); }

}  // namespace
}  // namespace gmewatch
