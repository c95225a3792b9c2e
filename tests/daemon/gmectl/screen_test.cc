#include "daemon/gmectl/screen.h"

#include <algorithm>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ScreenTest, LinesOfAParagraphAreIndentedToItsLead) {
  Screen screen(false);
  screen.Paragraph(
      "Check whether the network is normal and whether the external network can be "
      "connected.",
      2, "Fix: ");
  EXPECT_EQ(screen.text(),
            "  Fix: Check whether the network is normal and whether the external network can\n"
            "       be connected.\n");
}

TEST(ScreenTest, ATableIsAlignedWithoutTrailingSpaces) {
  Screen screen(false);
  screen.Table({{"CODE", true}, {"NAME"}, {"RATE", true}, {"PLACE"}},
               {{{"1"}, {"A"}, {"1,234"}, {"eu"}},
                {{"10004"}, {"\xE8\xAF\xAD"}, {""}, {""}},
                {{"7"}, {"LONGER"}, {"2"}, {"us"}}},
               2);
  EXPECT_EQ(screen.text(),
            "   CODE  NAME     RATE  PLACE\n"
            "      1  A       1,234  eu\n"
            "  10004  \xE8\xAF\xAD\n"
            "      7  LONGER      2  us\n");
}

TEST(ScreenTest, ATableThatIsTooWideIsCutInColumnsThatAllowIt) {
  Screen screen(false);
  screen.Table({{"NUMBER", true}, {"NAME", false, Column::Cut::kStart}, {"PLACE"}},
               {{{"12"}, {std::string(60, 'a') + "END"}, {std::string(30, 'p')}}});
  EXPECT_THAT(screen.text(), HasSubstr("    12  .." + std::string(35, 'a') + "END  ppp"));
  for (const absl::string_view line : absl::StrSplit(screen.text(), '\n')) {
    EXPECT_LE(line.size(), kScreenColumns);
  }
}

TEST(ScreenTest, ColoursDoNotChangeWidths) {
  Screen plain(false);
  Screen coloured(true);
  for (Screen* screen : {&plain, &coloured}) {
    screen->Paragraph("Burning", 0, "", Ink::kAlarm);
    screen->Table({{"A"}, {"B"}}, {{{"x", Ink::kWarning}, {"y"}}});
  }
  EXPECT_THAT(plain.text(), Not(HasSubstr("\x1b")));
  EXPECT_EQ(coloured.text(),
            "\x1b[1;31mBurning\x1b[0m\n"
            "\x1b[1mA\x1b[0m  \x1b[1mB\x1b[0m\n"
            "\x1b[33mx\x1b[0m  y\n");
}

TEST(ScreenTest, EscapeSequencesOfClientsStayText) {
  Screen screen(true);
  screen.Paragraph("\x1b[2Jgone");
  screen.Table({{"A"}}, {{{"\x1b]0;title\x07"}}});
  EXPECT_THAT(screen.text(), HasSubstr("?[2Jgone\n"));
  EXPECT_THAT(screen.text(), HasSubstr("?]0;title?\n"));
}

}  // namespace
}  // namespace gmewatch
