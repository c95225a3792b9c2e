#include "daemon/ingest/quotas.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

class QuotasTest : public ::testing::Test {
 protected:
  static internal::Quotas SomeQuotas() {
    internal::Quotas settings;
    settings.set_session_events_per_minute(60);
    settings.set_session_events_burst(10);
    settings.set_address_sessions_per_second(1);
    settings.set_key_events_per_second(2);
    settings.set_app_events_per_second(3);
    return settings;
  }
  static Sender From(uint64_t session, const char* app = "a", const char* key = "",
                     const char* address = "") {
    return Quotas::SenderOf({session, 1}, app, key, "", ParseNetAddress(address));
  }
  // The number of new sessions that an address may begin now.
  int NewSessions(const std::function<std::string(int)>& address) {
    for (int n = 0; n < 1000; ++n) {
      Sender sender = From(1'000'000 + static_cast<uint64_t>(n), "b", "", address(n).c_str());
      if (quotas_.Take(sender, {1, 0, 1}).has_value()) return n;
    }
    return 1000;
  }

  ManualClock clock_{absl::UnixEpoch()};
  Quotas quotas_{SomeQuotas(), clock_};
};

TEST_F(QuotasTest, ASessionHasItsOwnInEachApp) {
  EXPECT_FALSE(quotas_.Take(From(1), {1, 10, 0}).has_value());
  const std::optional<OverQuota> over = quotas_.Take(From(1), {1, 2, 0});
  ASSERT_TRUE(over.has_value());
  EXPECT_EQ(over->whose, "session");
  EXPECT_EQ(over->wait, absl::Seconds(2));
  EXPECT_FALSE(quotas_.Take(From(2), {1, 10, 0}).has_value());
  EXPECT_FALSE(quotas_.Take(From(1, "b"), {1, 10, 0}).has_value());
  clock_.Advance(absl::Seconds(2));
  EXPECT_FALSE(quotas_.Take(From(1), {1, 2, 0}).has_value());
}

TEST_F(QuotasTest, AnAppAndAKeyHaveTheirsOverAllSessions) {
  uint64_t session = 0;
  const auto taken = [&](const char* app, const char* key) {
    int n = 0;
    while (!quotas_.Take(From(++session, app, key), {1, 1, 0}).has_value()) ++n;
    return n;
  };
  EXPECT_EQ(taken("a", "Bearer first"), 20);
  EXPECT_EQ(taken("a", "Bearer second"), 10) << "an app has 30";
  EXPECT_EQ(taken("b", "Bearer third"), 20);
}

TEST_F(QuotasTest, WhatOneHasNotIsTakenFromNone) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(quotas_.Take(From(1), {1, 31, 0}).has_value() == (i > 0));
  EXPECT_FALSE(quotas_.Take(From(2, "b"), {1, 10, 0}).has_value());
}

TEST_F(QuotasTest, AnAddressIsOneOfIpv4OrASixtyFour) {
  EXPECT_EQ(NewSessions([](int) { return "192.0.2.1"; }), 10);
  EXPECT_EQ(NewSessions([](int) { return "192.0.2.2"; }), 10);
  EXPECT_EQ(NewSessions([](int n) { return "2001:db8::" + std::to_string(n); }), 10);
  // The /64s of a /48.
  EXPECT_EQ(NewSessions([](int n) { return "2001:db9:1:" + std::to_string(n % 1000) + "::1"; }),
            160);
  EXPECT_EQ(NewSessions([](int) { return ""; }), 1000) << "no address, no quota";
}

TEST_F(QuotasTest, ARelayHasNoQuotaOfASessionOrAnAddress) {
  Sender relay = From(1, "b", "", "192.0.2.1");
  relay.relays = true;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(quotas_.Take(relay, {1, 10, 10}).has_value());
  EXPECT_TRUE(quotas_.Take(relay, {1, 10, 0}).has_value()) << "that of its app counts";
}

TEST_F(QuotasTest, FollowsAnUpdate) {
  internal::Quotas settings = SomeQuotas();
  EXPECT_FALSE(quotas_.Take(From(1), {1, 10, 0}).has_value());
  EXPECT_TRUE(quotas_.Take(From(1), {1, 1, 0}).has_value());
  settings.set_session_events_per_minute(0);
  quotas_.Update(settings);
  EXPECT_FALSE(quotas_.Take(From(1), {1, 10, 0}).has_value());
}

}  // namespace
}  // namespace gmewatch
