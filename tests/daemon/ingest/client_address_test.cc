#include "daemon/ingest/client_address.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

Settings WithFronts(const std::vector<const char*>& fronts) {
  Settings settings;
  for (const char* front : fronts) settings.mutable_ingest()->add_fronts(front);
  return settings;
}

TEST(ClientAddressTest, IsThatOfThePeerUnlessNoStrangerHasIt) {
  const ClientAddress address(WithFronts({}));
  constexpr absl::string_view kForged = "192.0.2.99";
  EXPECT_EQ(address.Of({"", kForged, "ipv4:192.0.2.1:443"}), ParseNetAddress("192.0.2.1"));
  EXPECT_EQ(address.Of({"", kForged, "ipv6:[2001:db8::1]:443"}), ParseNetAddress("2001:db8::1"));
  EXPECT_EQ(address.Of({"", "", "ipv6:%5B2001:db8::1%5D:443"}), ParseNetAddress("2001:db8::1"));
  for (const char* peer : {"ipv4:127.0.0.1:443", "ipv6:[::1]:443", "ipv4:10.0.0.5:1", "unix:/x", "",
                           "ipv4:", "ipv4:x:1", "fd:7"}) {
    EXPECT_EQ(address.Of({"", kForged, peer}), std::nullopt) << peer;
  }
}

TEST(ClientAddressTest, AFrontSaysWhoseItIs) {
  ClientAddress address(WithFronts({"127.0.0.1", "10.1.0.0/16"}));
  const auto of = [&](const char* peer, const char* header) {
    return address.Of({"", header, peer});
  };
  EXPECT_EQ(of("ipv4:127.0.0.1:1", "192.0.2.1"), ParseNetAddress("192.0.2.1"));
  EXPECT_EQ(of("ipv4:10.1.2.3:1", " 2001:db8::1 "), ParseNetAddress("2001:db8::1"));
  EXPECT_EQ(of("ipv4:127.0.0.1:1", "192.0.2.99, 192.0.2.1"), ParseNetAddress("192.0.2.1"))
      << "what the front was sent comes first";
  EXPECT_EQ(of("ipv4:127.0.0.1:1", "10.9.9.9"), ParseNetAddress("10.9.9.9"));
  EXPECT_EQ(of("ipv4:192.0.2.7:1", "192.0.2.1"), ParseNetAddress("192.0.2.7"));
  EXPECT_EQ(of("ipv4:127.0.0.1:1", "nobody"), std::nullopt);
  EXPECT_EQ(of("ipv4:127.0.0.1:1", ""), std::nullopt);
  address.Update(WithFronts({}));
  EXPECT_EQ(of("ipv4:127.0.0.1:1", "192.0.2.1"), std::nullopt);
}

}  // namespace
}  // namespace gmewatch
