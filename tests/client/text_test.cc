#include "client/src/text.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>

#include "daemon/base/printable.h"

namespace gmewatch::client {
namespace {

TEST(TextTest, AcceptsPrintableUtf8Only) {
  struct Case {
    std::string text;
    bool printable;
  };
  const std::array cases = {
      Case{"", true},
      Case{"2.9.6 (Android)", true},
      Case{"gro\xC3\x9F \xE4\xB8\xAD \xF0\x9F\x8E\xAE", true},
      Case{"tab\t", false},
      Case{std::string("nul\0", 4), false},
      Case{"\x7F", false},
      Case{"\xC2\x85", false},      // a control character of two bytes
      Case{"\xE2\x80\xA8", false},  // a line separator
      Case{"\xEF\xBB\xBF", false},  // a byte order mark
      Case{"\xD8\x9C", false},      // marks that change the direction of text
      Case{"\xE2\x80\x8E", false},
      Case{"\xE2\x80\xAE", false},
      Case{"\xE2\x81\xA6", false},
      Case{"1.0\xE2\x80\x8B", false},   // a space of zero width
      Case{"\xEE\x80\x80", false},      // private use
      Case{"\xF3\xA0\x81\x81", false},  // a tag
      Case{"\xC3", false},              // incomplete
      Case{"\xC0\xAF", false},          // overlong
      Case{"\xED\xA0\x80", false},      // half of a surrogate pair
      Case{"\xF4\x90\x80\x80", false},  // beyond Unicode
      Case{"\xFF", false},
      Case{"\x80", false},
  };
  for (const Case& row : cases) EXPECT_EQ(IsPrintable(row.text), row.printable) << row.text;
}

// The bytes of any number as UTF-8 has them, also those that UTF-8 does not allow.
std::string Encoded(uint32_t point) {
  const auto tail = [point](int shift) {
    return static_cast<char>(0x80U | ((point >> shift) & 0x3FU));
  };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xC0U | (point >> 6)), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xE0U | (point >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xF0U | (point >> 18)), tail(12), tail(6), tail(0)};
}

TEST(TextTest, AcceptsWhatTheServerAccepts) {
  for (uint32_t point = 0; point < 0x120000; ++point) {
    ASSERT_EQ(IsPrintable(Encoded(point)), IsPrintableCodePoint(point)) << std::hex << point;
  }
}

TEST(TextTest, AcceptsLabelsOnly) {
  EXPECT_TRUE(IsLabel("eu-west_1.A"));
  EXPECT_TRUE(IsLabel(std::string(64, 'a')));
  EXPECT_FALSE(IsLabel(""));
  EXPECT_FALSE(IsLabel(std::string(65, 'a')));
  EXPECT_FALSE(IsLabel("a b"));
  EXPECT_FALSE(IsLabel("\xC3\x9F"));
}

std::string Copied(absl::string_view text, size_t size) {
  std::array<char, 16> to = {};
  return std::string(to.data(), CopyPrintable(text, to.data(), size));
}

TEST(TextTest, CopiesWholePrintableCharactersOnly) {
  EXPECT_EQ(Copied("EnterRoom", 16), "EnterRoom");
  EXPECT_EQ(Copied("EnterRoom", 5), "Enter");
  EXPECT_EQ(Copied("ab\xC3\x9F", 3), "ab");
  EXPECT_EQ(Copied("a\nb\xFF", 16), "a?b?");
  EXPECT_EQ(Copied("a\xE2\x80\x8B"
                   "b",
                   16),
            "a???b");
  EXPECT_EQ(Copied("", 16), "");
}

}  // namespace
}  // namespace gmewatch::client
