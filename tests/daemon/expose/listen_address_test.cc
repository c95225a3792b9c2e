#include "daemon/expose/listen_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

TEST(ListenAddressTest, TakesHostAndPort) {
  const auto check = [](absl::string_view text, absl::string_view host, int port) {
    const absl::StatusOr<ListenAddress> address = ParseListenAddress(text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->host, host);
    EXPECT_EQ(address->port, port);
  };
  check("127.0.0.1:9747", "127.0.0.1", 9747);
  check("0.0.0.0:0", "0.0.0.0", 0);
  check("10.1.2.3:65535", "10.1.2.3", 65535);
}

TEST(ListenAddressTest, RejectsWhatItCannotListenOn) {
  const auto check = [](absl::string_view text, const char* reason) {
    const absl::StatusOr<ListenAddress> address = ParseListenAddress(text);
    ASSERT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(address.status().message()), HasSubstr(reason));
    EXPECT_THAT(std::string(address.status().message()),
                HasSubstr("\"" + std::string(text) + "\""));
  };
  check("", "port is missing");
  check("9747", "port is missing");
  check("127.0.0.1", "port is missing");
  check("127.0.0.1:", "the port must be");
  check("127.0.0.1:65536", "the port must be");
  check("127.0.0.1:99999999999", "the port must be");
  check("127.0.0.1:-1", "the port must be");
  check("127.0.0.1:+1", "the port must be");
  check("127.0.0.1: 1", "the port must be");
  check("127.0.0.1:80s", "the port must be");
  check("127.0.0.1:80,0.0.0.0:81", "IPv6");
  check(":9747", "IPv4 address");
  check("localhost:9747", "IPv4 address");
  check("127.1:9747", "IPv4 address");
  check("256.0.0.1:9747", "IPv4 address");
  check("[::1]:9747", "no IPv6");
  check("::1:9747", "no IPv6");
}

}  // namespace
}  // namespace gmewatch
