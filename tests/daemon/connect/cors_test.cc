#include "daemon/connect/cors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

Settings With(const std::string& origin) {
  Settings settings;
  settings.mutable_connect()->add_cors_origins(origin);
  return settings;
}

IncomingRequest From(const std::string& origin) {
  IncomingRequest request;
  request.headers = {{"Origin", origin}};
  return request;
}

TEST(CorsTest, APageOfAnOriginOfTheSettingsMayReadAnswers) {
  const Cors cors(With("https://play.example.com"));
  const IncomingRequest request = From("https://play.example.com");
  EXPECT_EQ(cors.Headers(request),
            "Access-Control-Allow-Origin: https://play.example.com\r\nVary: Origin\r\n");
  const std::string preflight = cors.PreflightHeaders(request);
  EXPECT_THAT(preflight, HasSubstr("Access-Control-Allow-Methods: POST\r\n"));
  for (const char* header : {"authorization", "content-type", "connect-protocol-version",
                             "connect-timeout-ms", "x-unity-version"}) {
    EXPECT_THAT(preflight, HasSubstr(header));
  }
  EXPECT_THAT(preflight, ::testing::Not(HasSubstr("Credentials")));
}

TEST(CorsTest, NoOtherPageMay) {
  const Cors cors(With("https://play.example.com"));
  for (const char* origin :
       {"", "null", "*", "http://play.example.com", "https://play.example.com:8443",
        "https://play.example.com.evil.example", "https://evil.example",
        "https://play.example.com/"}) {
    EXPECT_EQ(cors.Headers(From(origin)), "") << origin;
    EXPECT_EQ(cors.PreflightHeaders(From(origin)), "") << origin;
  }
  EXPECT_EQ(cors.Headers(IncomingRequest()), "");
  EXPECT_EQ(Cors(Settings()).Headers(From("https://play.example.com")), "");
}

TEST(CorsTest, AReloadReplacesTheOrigins) {
  Cors cors(With("https://a"));
  cors.Update(With("https://b"));
  EXPECT_EQ(cors.Headers(From("https://a")), "");
  EXPECT_NE(cors.Headers(From("https://b")), "");
}

}  // namespace
}  // namespace gmewatch
