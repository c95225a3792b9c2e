#include "daemon/base/printable.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

TEST(IsPrintableCodePointTest, AcceptsLettersSpacesAndSymbols) {
  for (const uint32_t point : {0x20U, 0x7eU, 0xa0U, 0xe4U, 0x8bedU, 0x1f3aeU, 0x10ffffU}) {
    EXPECT_TRUE(IsPrintableCodePoint(point)) << std::hex << point;
  }
}

TEST(IsPrintableCodePointTest, RejectsWhatHidesOrMovesText) {
  for (const uint32_t point : {0x00U, 0x0aU, 0x1bU, 0x7fU, 0x9bU, 0x061cU, 0x200eU, 0x2028U,
                               0x202eU, 0x2066U, 0xfeffU, 0xd800U, 0xdfffU, 0x110000U}) {
    EXPECT_FALSE(IsPrintableCodePoint(point)) << std::hex << point;
  }
}

}  // namespace
}  // namespace gmewatch
