#include "daemon/base/listen_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

TEST(ListenAddressTest, TakesHostAndPort) {
  const auto check = [](absl::string_view text, absl::string_view host, int port,
                        absl::string_view shown) {
    const absl::StatusOr<ListenAddress> address = ParseListenAddress(text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->host, host);
    EXPECT_EQ(address->port, port);
    EXPECT_EQ(ToText(*address), shown);
  };
  check("127.0.0.1:9747", "127.0.0.1", 9747, "127.0.0.1:9747");
  check("0.0.0.0:0", "0.0.0.0", 0, "0.0.0.0:0");
  check("10.1.2.3:65535", "10.1.2.3", 65535, "10.1.2.3:65535");
  check("localhost:9747", "localhost", 9747, "localhost:9747");
  check("[::1]:9747", "::1", 9747, "[::1]:9747");
  check(":9747", "", 9747, ":9747");
  check("*:9747", "", 9747, ":9747");
}

TEST(ListenAddressTest, RejectsWhatIsNone) {
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
  check("127.0.0.1:80,0.0.0.0:81", "needs brackets");
  check("::1:9747", "needs brackets");
  check("[localhost]:9747", "no IPv6 address in the brackets");
  check("a b:9747", "a name or an address");
  check("http://x:9747", "needs brackets");
}

}  // namespace
}  // namespace gmewatch
