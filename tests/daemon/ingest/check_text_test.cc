#include "daemon/ingest/check_text.h"

#include <gtest/gtest.h>

#include <string>

namespace gmewatch {
namespace {

TEST(IsPrintableTest, TakesUtf8WithoutWhatHidesOrMoves) {
  for (const char* good : {"", "1.2.3 (beta)", "\xe7\x89\x88\xe6\x9c\xac", "\xf0\x9f\x8e\xae",
                           "\"<&>\\", "\xef\xbf\xbd", "\xed\x9f\xbb", "\xf0\xaf\xbf\xbd"}) {
    EXPECT_TRUE(IsPrintable(good, 64)) << good;
  }
  for (const char* bad : {"\x01",
                          "a\nb",
                          "\x7f",
                          "\xc2\x85",
                          "\xff",
                          "\xc3",
                          "\xc0\x80",
                          "\xe0\x80\x80",
                          "\xed\xa0\x80",
                          "\xf4\x90\x80\x80",
                          "\xf8\x88\x80\x80\x80",
                          "\x80",
                          "\xe2\x80\xa8",
                          "\xe2\x80\xae",
                          "\xe2\x81\xa6",
                          "\xef\xbb\xbf",
                          "1.0\xe2\x80\x8b",
                          "\xc2\xa0",
                          "\xee\x80\x80",
                          "\xf3\xa0\x81\x81",
                          "\xf4\x8f\xbf\xbf"}) {
    EXPECT_FALSE(IsPrintable(bad, 64)) << bad;
  }
  EXPECT_TRUE(IsPrintable(std::string(64, 'x'), 64));
  EXPECT_FALSE(IsPrintable(std::string(65, 'x'), 64));
}

TEST(QuoteTest, EscapesAndCuts) {
  EXPECT_EQ(Quote("a\"\n\x1b"), "\"a\\\"\\n\\x1b\"");
  EXPECT_EQ(Quote(std::string(200, 'x')), "\"" + std::string(80, 'x') + "...\"");
}

}  // namespace
}  // namespace gmewatch
