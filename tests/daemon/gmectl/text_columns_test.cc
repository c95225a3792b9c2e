#include "daemon/gmectl/text_columns.h"

#include <clocale>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;

TEST(TextColumnsTest, CountsTheColumnsOnATerminal) {
  EXPECT_EQ(ColumnsOf(""), 0U);
  EXPECT_EQ(ColumnsOf("1.2.3"), 5U);
  EXPECT_EQ(ColumnsOf("version \xC3\xA4"), 9U);            // a with dots
  EXPECT_EQ(ColumnsOf("a\xCC\x88"), 1U);                   // the same of two characters
  EXPECT_EQ(ColumnsOf("\xE8\xAF\xAD\xE9\x9F\xB3 2"), 6U);  // two Chinese ones
  EXPECT_EQ(ColumnsOf("\xF0\x9F\x8E\xAE"), 2U);            // a game pad
}

// NOLINTBEGIN(concurrency-mt-unsafe): there is one thread
TEST(TextColumnsTest, DoesNotDependOnTheUsersLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  std::setlocale(LC_ALL, "C");
  EXPECT_EQ(ColumnsOf("\xE8\xAF\xAD"), 2U);
  std::setlocale(LC_ALL, before.c_str());
}
// NOLINTEND(concurrency-mt-unsafe)

TEST(TextColumnsTest, PrintableTextDoesNotMoveTheCursor) {
  EXPECT_EQ(Printable("a\x1b[31mb\r\n\tc"), "a?[31mb???c");
  EXPECT_EQ(Printable("\xE2\x80\xAE"
                      "b"),
            "???b");  // changes the direction of text
  EXPECT_EQ(Printable("\xFF\xC3"), "??");
  EXPECT_EQ(Printable("\xE8\xAF\xAD"), "\xE8\xAF\xAD");
}

TEST(TextColumnsTest, CutsWholeCharactersAndMarksTheCut) {
  EXPECT_EQ(CutEnd("abcdef", 6), "abcdef");
  EXPECT_EQ(CutEnd("abcdefg", 6), "abcd..");
  EXPECT_EQ(CutStart("abcdefg", 6), "..defg");
  // One column stays free rather than half a character.
  EXPECT_EQ(CutEnd("\xE8\xAF\xAD\xE9\x9F\xB3\xE8\xAF\xAD", 5), "\xE8\xAF\xAD..");
  EXPECT_EQ(CutStart("\xE8\xAF\xAD\xE9\x9F\xB3\xE8\xAF\xAD", 5), "..\xE8\xAF\xAD");
}

TEST(TextColumnsTest, WrapsAtSpacesAndKeepsEveryWord) {
  EXPECT_THAT(Wrap("", 10), ElementsAre(""));
  EXPECT_THAT(Wrap("one two  three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(Wrap("one two", 6), ElementsAre("one", "two"));
  EXPECT_THAT(Wrap("a muchtoolongword b", 8), ElementsAre("a", "muchtoolongword", "b"));
  EXPECT_THAT(Wrap("\xE8\xAF\xAD\xE9\x9F\xB3 \xE8\xAF\xAD", 6),
              ElementsAre("\xE8\xAF\xAD\xE9\x9F\xB3", "\xE8\xAF\xAD"));
}

}  // namespace
}  // namespace gmewatch
