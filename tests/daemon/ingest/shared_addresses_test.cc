#include "daemon/ingest/shared_addresses.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

NetAddress Numbered(uint32_t number) {
  return *ParseNetAddress(
      absl::StrCat("2001:db8::", absl::Hex(number >> 16), ":", absl::Hex(number & 0xffff)));
}

class SharedAddressesTest : public ::testing::Test {
 protected:
  // `sessions` new ones: `of_each` of them from each of `proxies` addresses, in turns, and the
  // others from an address of their own.
  void Window(uint32_t proxies, uint32_t of_each, uint32_t sessions = kSharedWindow) {
    for (uint32_t i = 0; i < sessions; ++i) {
      const uint32_t shared = proxies * of_each;
      // Spread over the window.
      const bool is_shared = uint64_t{i + 1} * shared / sessions > uint64_t{i} * shared / sessions;
      addresses_.Add(is_shared ? Numbered(turn_++ % proxies) : Numbered(++player_));
    }
  }
  void Windows(uint32_t proxies, uint32_t of_each) {
    Window(proxies, of_each);
    Window(proxies, of_each);
  }

  SharedAddresses addresses_;

 private:
  uint32_t turn_ = 0;
  uint32_t player_ = 1000;
};

TEST_F(SharedAddressesTest, PlayersOfTheirOwnAddressesAreNone) {
  Windows(0, 0);
  EXPECT_FALSE(addresses_.Found());
}

TEST_F(SharedAddressesTest, OneProxyForAllIsFoundAtTheEndOfTheSecondWindow) {
  Window(1, kSharedWindow);
  Window(1, kSharedWindow - 1, kSharedWindow - 1);
  EXPECT_FALSE(addresses_.Found());
  Window(1, 1, 1);
  EXPECT_TRUE(addresses_.Found());
}

TEST_F(SharedAddressesTest, AsManyProxiesAsThereAreCountersAreFound) {
  Windows(31, 32);
  EXPECT_TRUE(addresses_.Found());
}

TEST_F(SharedAddressesTest, HalfIsNotEnoughAndOneMoreIs) {
  Windows(2, 250);
  EXPECT_FALSE(addresses_.Found());
  Windows(1, 501);
  EXPECT_TRUE(addresses_.Found());
}

TEST_F(SharedAddressesTest, ManyNetworksWithSomePlayersEachAreNone) {
  Windows(50, 20);
  EXPECT_FALSE(addresses_.Found());
}

TEST_F(SharedAddressesTest, ItEndsWithTheWindowThatIsGood) {
  Windows(1, 900);
  EXPECT_TRUE(addresses_.Found());
  Window(0, 0);
  EXPECT_FALSE(addresses_.Found());
}

}  // namespace
}  // namespace gmewatch
