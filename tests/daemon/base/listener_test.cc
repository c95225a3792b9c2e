#include "daemon/base/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

bool CanConnect(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return false;
  const absl::Cleanup free_found = [found] { freeaddrinfo(found); };
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool can = connect(fd, found->ai_addr, found->ai_addrlen) == 0;
  close(fd);
  return can;
}

std::string PortOf(const Listener& listener) {
  return listener.address().substr(listener.address().rfind(':') + 1);
}

TEST(ListenerTest, ListensAtIpv4AndIpv6) {
  for (const char* host : {"127.0.0.1", "[::1]"}) {
    const absl::StatusOr<Listener> listener = Listener::Open(absl::StrCat(host, ":0"));
    ASSERT_TRUE(listener.ok()) << listener.status();
    EXPECT_THAT(listener->address(), StartsWith(absl::StrCat(host, ":")));
    EXPECT_THAT(listener->address(), Not(EndsWith(":0")));
    EXPECT_EQ(CanConnect("127.0.0.1", PortOf(*listener)), host[0] == '1');
    EXPECT_EQ(CanConnect("::1", PortOf(*listener)), host[0] == '[');
  }
}

TEST(ListenerTest, NoHostIsEveryAddress) {
  for (const char* address : {":0", "*:0", "[::]:0"}) {
    const absl::StatusOr<Listener> listener = Listener::Open(address);
    ASSERT_TRUE(listener.ok()) << listener.status();
    EXPECT_THAT(listener->address(), StartsWith("[::]:"));
    EXPECT_TRUE(CanConnect("127.0.0.1", PortOf(*listener))) << address;
    EXPECT_TRUE(CanConnect("::1", PortOf(*listener))) << address;
  }
}

TEST(ListenerTest, TakesAllAddressesOfAName) {
  const absl::StatusOr<Listener> listener = Listener::Open("localhost:0");
  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_THAT(listener->address(), StartsWith("localhost:"));
  EXPECT_TRUE(CanConnect("127.0.0.1", PortOf(*listener)));
}

TEST(ListenerTest, NamesTheAddressItCannotListenAt) {
  const absl::StatusOr<Listener> first = Listener::Open("127.0.0.1:0");
  ASSERT_TRUE(first.ok()) << first.status();
  const absl::StatusOr<Listener> second = Listener::Open(first->address());
  EXPECT_TRUE(absl::IsUnavailable(second.status()));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(first->address()));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("in use"));
  EXPECT_TRUE(absl::IsUnavailable(Listener::Open("no-such-host.invalid:0").status()));
}

}  // namespace
}  // namespace gmewatch
