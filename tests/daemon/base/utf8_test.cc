#include "daemon/base/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace gmewatch {
namespace {

TEST(Utf8PrefixBytesTest, StopsBeforeTheFirstWrongByte) {
  const auto check = [](const std::string& text, size_t expected) {
    EXPECT_EQ(Utf8PrefixBytes(text), expected) << testing::PrintToString(text);
  };
  check("", 0);
  check("abc", 3);
  check(std::string("a\0b", 3), 3);
  check("\xc3\xbc", 2);
  check("\xe2\x82\xac", 3);
  check("\xf0\x9f\x8e\xae", 4);
  check("\xf4\x8f\xbf\xbf", 4);  // U+10FFFF
  check("\xf4\x90\x80\x80", 0);  // above
  check("\xf5\x80\x80\x80", 0);  // far above
  check("\xed\x9f\xbf", 3);      // the last before the surrogates
  check("\xed\xa0\x80", 0);      // a surrogate
  check("\xed\xbf\xbf", 0);      // the last of them
  check("\xee\x80\x80", 3);      // the first after
  check("\xc0\x80", 0);          // overlong
  check("\xc1\xbf", 0);          // overlong
  check("\xe0\x9f\xbf", 0);      // overlong
  check("\xf0\x8f\xbf\xbf", 0);  // overlong
  check("\x80", 0);              // continues nothing
  check("ab\xff", 2);
  check("ab\xe2\x82", 2);      // cut off
  check("ab\xf0\x9f\x8e", 2);  // cut off
  check("ab\xe2\x28\xa1", 2);
  check("\xc3\xbc\xc3", 2);
}

}  // namespace
}  // namespace gmewatch
