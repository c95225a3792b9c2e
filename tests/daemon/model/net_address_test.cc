#include "daemon/model/net_address.h"

#include <gtest/gtest.h>

#include <string>

namespace gmewatch {
namespace {

TEST(NetAddressTest, AnAddressHasOneForm) {
  EXPECT_EQ(ParseNetAddress("192.0.2.1"), ParseNetAddress("::ffff:192.0.2.1"));
  EXPECT_EQ(ParseNetAddress("2001:db8::1"), ParseNetAddress("2001:0DB8:0:0::0001"));
  for (const std::string text : {"", "192.0.2", "192.0.2.1 ", "[::1]", "192.0.2.256", "x",
                                 "192.0.2.1:80", "1111:2222:3333:4444:5555:6666:7777:8888:9999"}) {
    EXPECT_FALSE(ParseNetAddress(text).has_value()) << text;
  }
  EXPECT_FALSE(ParseNetAddress(std::string(10'000, '1')).has_value());
  EXPECT_TRUE(IsIpv4(*ParseNetAddress("192.0.2.1")));
  EXPECT_FALSE(IsIpv4(*ParseNetAddress("2001:db8::1")));
}

TEST(NetAddressTest, KnowsTheAddressesThatNoStrangerHas) {
  for (const char* text :
       {"127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.0.1", "100.64.0.1", "100.127.255.1", "::1", "fd00::1", "fe80::1"}) {
    EXPECT_TRUE(IsPrivate(*ParseNetAddress(text))) << text;
  }
  for (const char* text : {"8.8.8.8", "172.32.0.1", "192.169.0.1", "128.0.0.1", "100.63.0.1",
                           "100.128.0.1", "2001:db8::1", "::", "::2", "fec0::1"}) {
    EXPECT_FALSE(IsPrivate(*ParseNetAddress(text))) << text;
  }
}

TEST(NetAddressTest, ARangeHasTheAddressesThatBeginAsItDoes) {
  const auto contains = [](const char* range, const char* address) {
    return ParseNetRange(range)->Contains(*ParseNetAddress(address));
  };
  EXPECT_TRUE(contains("10.1.0.0/16", "10.1.255.1"));
  EXPECT_FALSE(contains("10.1.0.0/16", "10.2.0.1"));
  EXPECT_TRUE(contains("10.1.2.3/16", "10.1.9.9"));
  EXPECT_TRUE(contains("10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(contains("10.1.2.3", "10.1.2.4"));
  EXPECT_TRUE(contains("0.0.0.0/0", "8.8.8.8"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  for (const char* text : {"10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0.0/", "/8", "x/8", ""}) {
    EXPECT_FALSE(ParseNetRange(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace gmewatch
