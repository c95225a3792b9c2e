#include "client/src/text.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

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
      Case{"\xC3", false},              // incomplete
      Case{"\xC0\xAF", false},          // overlong
      Case{"\xED\xA0\x80", false},      // half of a surrogate pair
      Case{"\xF4\x90\x80\x80", false},  // beyond Unicode
      Case{"\xFF", false},
      Case{"\x80", false},
  };
  for (const Case& row : cases) EXPECT_EQ(IsPrintable(row.text), row.printable) << row.text;
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
  EXPECT_EQ(Copied("", 16), "");
}

}  // namespace
}  // namespace gmewatch::client
