#include "daemon/model/app_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gmewatch {
namespace {

constexpr absl::string_view kSecret = "0123456789abcdef0123456789abcdef";
// Made by Python's hmac and base64.
constexpr absl::string_view kToken =
    "gmw1~k1~example-game~player-7~1800000000~MwB3nf9V-0e1EhBX1FZYSrpqcH9SI07CSiNaeBIMr7o";

AppToken SomeToken() { return {"k1", "example-game", "player-7", 1'800'000'000}; }

TEST(AppTokenTest, IsSignedAsOthersSignIt) {
  EXPECT_EQ(*SignToken(SomeToken(), kSecret), kToken);
  EXPECT_TRUE(IsSignedBy(kToken, kSecret));
  EXPECT_FALSE(IsSignedBy(kToken, "0123456789abcdef0123456789abcdeF"));
  const std::optional<AppToken> read = ReadToken(kToken);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->key_id, "k1");
  EXPECT_EQ(read->app, "example-game");
  EXPECT_EQ(read->subject, "player-7");
  EXPECT_EQ(read->expiry, 1'800'000'000);
}

TEST(AppTokenTest, EveryByteIsSigned) {
  for (size_t i = 0; i < kToken.size(); ++i) {
    std::string changed(kToken);
    changed[i] = changed[i] == 'a' ? 'b' : 'a';
    if (!ReadToken(changed).has_value()) continue;
    EXPECT_FALSE(IsSignedBy(changed, kSecret)) << i;
  }
}

TEST(AppTokenTest, OtherTextsAreNoTokens) {
  for (const char* text :
       {"", "~", "gmw1", "gmw1~k1~a~s~1", "gmw2~k1~a~s~1~m", "gmw1~k1~a~s~1~m~", "gmw1~~a~s~1~m",
        "gmw1~k1~a b~s~1~m", "gmw1~k1~a~~1~m", "gmw1~k1~a~s~~m", "gmw1~k1~a~s~-1~m",
        "gmw1~k1~a~s~1.5~m", "gmw1~k1~a~s~1234567890123~m"}) {
    EXPECT_FALSE(ReadToken(text).has_value()) << text;
  }
  EXPECT_FALSE(IsSignedBy("gmw1~k1~a~s~1~", kSecret));
}

TEST(AppTokenTest, NamesThePartThatCannotBeSigned) {
  AppToken token = SomeToken();
  token.subject = "a~b";
  EXPECT_THAT(SignToken(token, kSecret).status().message(),
              testing::HasSubstr("the subject \"a~b\" has 3 bytes; allowed: 1 to 64 characters"));
}

}  // namespace
}  // namespace gmewatch
