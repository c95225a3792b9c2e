#include "daemon/base/url_encode.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

TEST(UrlEncodeTest, KeepsWhatMayStandAndWritesTheRestAsBytes) {
  EXPECT_EQ(UrlEncode(""), "");
  EXPECT_EQ(UrlEncode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(UrlEncode("a b&c=d/?#%\"<"), "a%20b%26c%3Dd%2F%3F%23%25%22%3C");
  EXPECT_EQ(UrlEncode("\xc3\xa9\n"), "%C3%A9%0A");
}

}  // namespace
}  // namespace gmewatch
