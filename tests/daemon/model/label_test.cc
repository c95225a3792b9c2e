#include "daemon/model/label.h"

#include <gtest/gtest.h>

#include <string>

namespace gmewatch {
namespace {

TEST(IsLabelTest, TakesWhatTheWireAllows) {
  for (const char* good : {"a", "eu-west_1.b", "ALL", "Other", "9"}) {
    EXPECT_TRUE(IsLabel(good)) << good;
  }
  EXPECT_TRUE(IsLabel(std::string(64, 'x')));
  for (const char* bad : {"", "a b", "a/b", "\xc3\xa9", "a\n", "all", "other", "{}"}) {
    EXPECT_FALSE(IsLabel(bad)) << bad;
  }
  EXPECT_FALSE(IsLabel(std::string(65, 'x')));
  EXPECT_FALSE(IsLabel(absl::string_view("a\0b", 3)));
}

TEST(IsLabelTest, ReservedNamesHaveTheFormOfALabel) {
  for (const char* reserved : {"all", "other"}) {
    EXPECT_TRUE(HasLabelForm(reserved)) << reserved;
    EXPECT_TRUE(IsReservedLabel(reserved)) << reserved;
  }
  EXPECT_FALSE(IsReservedLabel("others"));
}

}  // namespace
}  // namespace gmewatch
