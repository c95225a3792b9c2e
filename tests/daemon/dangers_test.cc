#include "daemon/dangers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

bool Has(const Dangers& dangers, Danger danger) { return dangers[static_cast<size_t>(danger)]; }

Settings WithAnApp() {
  Settings settings;
  settings.add_apps()->set_name("demo");
  return settings;
}

TEST(DangersTest, LoopbackIsNoDanger) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "localhost", "[::1]"}) {
    const std::string address = std::string(host) + ":4747";
    const Dangers dangers = FindDangers(WithAnApp(), address, address, address, false);
    EXPECT_FALSE(Has(dangers, Danger::kOpen));
    EXPECT_FALSE(Has(dangers, Danger::kPlainText)) << host;
    EXPECT_FALSE(Has(dangers, Danger::kAdminReachable)) << host;
    EXPECT_TRUE(CheckReachable(Settings(), address, address, false).ok()) << host;
    EXPECT_TRUE(CheckAdminReachable(address, false, false).ok()) << host;
  }
}

TEST(DangersTest, EveryOtherAddressIsReachable) {
  for (const char* host : {"0.0.0.0", "10.0.0.1", "[::]", "", "*", "a.example"}) {
    const std::string address = std::string(host) + ":4747";
    const Dangers dangers = FindDangers(WithAnApp(), address, address, address, false);
    EXPECT_TRUE(Has(dangers, Danger::kPlainText)) << host;
    EXPECT_TRUE(Has(dangers, Danger::kAdminReachable)) << host;
    EXPECT_THAT(CheckReachable(Settings(), address, address, false).message(),
                HasSubstr("with --open"))
        << host;
    EXPECT_TRUE(CheckReachable(Settings(), address, address, true).ok()) << host;
    EXPECT_TRUE(CheckReachable(WithAnApp(), address, address, false).ok()) << host;
    EXPECT_THAT(CheckAdminReachable(address, false, false).message(),
                HasSubstr("--admin_token_file, or start with --open"))
        << host;
    EXPECT_TRUE(CheckAdminReachable(address, false, true).ok()) << host;
    EXPECT_TRUE(CheckAdminReachable(address, true, false).ok()) << host;
    EXPECT_FALSE(
        Has(FindDangers(WithAnApp(), address, address, address, true), Danger::kAdminReachable));
  }
}

TEST(DangersTest, TlsIsNoPlainTextAndNoAppIsOpenMode) {
  Settings settings;
  settings.mutable_ingest()->mutable_tls()->set_key_file("key.pem");
  const Dangers dangers = FindDangers(settings, "0.0.0.0:4747", "", "127.0.0.1:9747", false);
  EXPECT_FALSE(Has(dangers, Danger::kPlainText));
  EXPECT_FALSE(Has(dangers, Danger::kAdminReachable));
  EXPECT_TRUE(Has(dangers, Danger::kOpen));
}

TEST(DangersTest, TheConnectPortIsAPortForClientsToo) {
  const char* loopback = "127.0.0.1:4747";
  const char* reachable = "0.0.0.0:4748";
  EXPECT_TRUE(CheckReachable(Settings(), loopback, "", false).ok());
  EXPECT_TRUE(CheckReachable(Settings(), loopback, loopback, false).ok());
  EXPECT_THAT(CheckReachable(Settings(), loopback, reachable, false).message(),
              HasSubstr("--connect_address=0.0.0.0:4748 can be reached from elsewhere"));
  EXPECT_TRUE(CheckReachable(Settings(), loopback, reachable, true).ok());
  // It has no TLS of its own.
  Settings settings = WithAnApp();
  settings.mutable_ingest()->mutable_tls()->set_key_file("key.pem");
  EXPECT_TRUE(Has(FindDangers(settings, loopback, reachable, loopback, false), Danger::kPlainText));
  EXPECT_FALSE(Has(FindDangers(settings, loopback, "", loopback, false), Danger::kPlainText));
}

}  // namespace
}  // namespace gmewatch
