#include "daemon/base/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace gmewatch {
namespace {

TEST(FirstUtf8CharacterTest, ReturnsItsLengthAndCodePoint) {
  const auto check = [](const std::string& text, size_t bytes, uint32_t code_point) {
    const Utf8Character character = FirstUtf8Character(text);
    EXPECT_EQ(character.bytes, bytes) << testing::PrintToString(text);
    EXPECT_EQ(character.code_point, code_point) << testing::PrintToString(text);
  };
  check("ab", 1, 'a');
  check(std::string("\0b", 2), 1, 0);
  check("\x7f", 1, 0x7f);
  check("\xc2\x80z", 2, 0x80);
  check("\xdf\xbf", 2, 0x7ff);
  check("\xe0\xa0\x80", 3, 0x800);
  check("\xef\xbf\xbf", 3, 0xffff);
  check("\xf0\x90\x80\x80", 4, 0x10000);
  check("\xf4\x8f\xbf\xbf", 4, 0x10ffff);
  check("\x80", 0, 0);
  check("\xe2\x82", 0, 0);
}

TEST(Utf8PrefixBytesTest, StopsBeforeTheFirstInvalidByte) {
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
  check("\xed\x9f\xbf", 3);      // the last code point before the surrogates
  check("\xed\xa0\x80", 0);      // a surrogate
  check("\xed\xbf\xbf", 0);      // the last surrogate
  check("\xee\x80\x80", 3);      // the first code point after them
  check("\xc0\x80", 0);          // overlong
  check("\xc1\xbf", 0);          // overlong
  check("\xe0\x9f\xbf", 0);      // overlong
  check("\xf0\x8f\xbf\xbf", 0);  // overlong
  check("\x80", 0);              // a continuation byte alone
  check("ab\xff", 2);
  check("ab\xe2\x82", 2);      // cut off
  check("ab\xf0\x9f\x8e", 2);  // cut off
  check("ab\xe2\x28\xa1", 2);
  check("\xc3\xbc\xc3", 2);
}

}  // namespace
}  // namespace gmewatch
