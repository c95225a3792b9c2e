#include "daemon/base/printable.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

TEST(IsPrintableCodePointTest, AcceptsLettersSpacesAndSymbols) {
  for (const uint32_t point : {0x20U, 0x7eU, 0xa1U, 0xe4U, 0x301U, 0x5d0U, 0x8bedU, 0xfffdU,
                               0x1f3aeU, 0x2fffdU, 0x3fffdU}) {
    EXPECT_TRUE(IsPrintableCodePoint(point)) << std::hex << point;
  }
}

TEST(IsPrintableCodePointTest, RejectsWhatHidesOrMovesText) {
  for (const uint32_t point :
       {0x00U, 0x0aU, 0x1bU, 0x7fU, 0x9bU, 0x061cU, 0x200eU, 0x2028U, 0x202eU, 0x2066U, 0xfeffU,
        0xd800U, 0xdfffU, 0x110000U,
        // zero width, soft hyphen, fillers, blanks, selectors, tags, private
        0x200bU, 0x200cU, 0x200dU, 0x2060U, 0x2062U, 0xadU, 0x115fU, 0x3164U, 0xffa0U, 0x2800U,
        0xa0U, 0x2003U, 0x3000U, 0x180eU, 0xfe0fU, 0xe0001U, 0xe0041U, 0xe0100U, 0xe000U, 0xf8ffU,
        0xf0000U, 0x10ffffU, 0xfff9U, 0xffffU, 0x1ffffU, 0xfdd0U, 0x50000U}) {
    EXPECT_FALSE(IsPrintableCodePoint(point)) << std::hex << point;
  }
}

}  // namespace
}  // namespace gmewatch
