// Whom a batch is of, for the detector: a player, an address, or only a session.
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/ingest/admission.h"
#include "daemon/ingest/completion_event.h"
#include "daemon/model/app_token.h"
#include "gmewatch/v1/error_reporting.pb.h"

namespace gmewatch {
namespace {

constexpr char kSecret[] = "0123456789abcdef0123456789abcdef";
constexpr char kKey[] = "Bearer the-only-key";

Settings SomeSettings() {
  Settings settings;
  internal::App* app = settings.add_apps();
  app->set_name("game");
  app->add_regions("eu");
  app->add_keys("the-only-key");
  app->add_relay_keys("the-relay-key");
  internal::TokenKey* secret = app->add_token_keys();
  secret->set_id("k1");
  secret->set_secret(kSecret);
  settings.mutable_ingest()->set_max_message_bytes(1024);
  settings.mutable_limits()->set_max_sessions(1000);
  return settings;
}

class AdmissionSenderTest : public ::testing::Test {
 protected:
  CheckedRequest& Read(const std::string& session) {
    v1::ReportRequest request;
    request.mutable_session()->set_id(session);
    request.mutable_session()->set_app("game");
    request.mutable_session()->set_region("eu");
    request.set_sequence(1);
    admission_.Read(request.SerializeAsString(), &scratch_.request);
    return scratch_.request;
  }
  Batch BatchOf(const std::string& key, const char* peer) {
    const CheckedRequest& read = Read("0123456789abcdef");
    Admitted admitted;
    EXPECT_FALSE(admission_.CheckSession(read, {key, "", peer}, &admitted).has_value());
    Batch batch;
    Admission::Sign(read.session->id, admitted, &batch);
    EXPECT_EQ(batch.session, read.session->id);
    return batch;
  }
  // Two windows of SharedAddresses, all through one proxy.
  void SessionsThrough(const std::string& key, const char* peer) {
    for (uint32_t i = 0; i < 2 * kSharedWindow; ++i) {
      const CheckedRequest& read = Read(absl::StrFormat("%016d", i));
      Admitted admitted;
      ASSERT_FALSE(admission_.CheckSession(read, {key, "", peer}, &admitted).has_value());
      ASSERT_FALSE(admission_.CheckQuotas(read, false, &admitted).has_value());
    }
  }
  uint64_t SenderOf(const std::string& key, const char* peer) { return BatchOf(key, peer).sender; }
  std::string Token(const char* subject) const {
    const int64_t end = absl::ToUnixSeconds(clock_.Now()) + 60;
    return absl::StrCat("Bearer ", *SignToken({"k1", "game", subject, end}, kSecret));
  }

  Aggregate aggregate_;
  mutable ManualClock clock_{absl::UnixEpoch()};
  Admission admission_{SomeSettings(), &aggregate_, clock_};
  Scratch scratch_;
};

TEST_F(AdmissionSenderTest, AnAddressIsOneSender) {
  const uint64_t address = SenderOf(kKey, "ipv4:192.0.2.1:1");
  EXPECT_NE(address, 0U);
  EXPECT_EQ(SenderOf(kKey, "ipv4:192.0.2.1:2"), address);
  EXPECT_NE(SenderOf(kKey, "ipv4:192.0.2.2:1"), address);
}

// Whoever has one of them has 65,536 networks with an address of a quota each.
TEST_F(AdmissionSenderTest, OfIpv6TheFirst48BitsAreOneSender) {
  const uint64_t site = SenderOf(kKey, "ipv6:[2001:db8:1:1::1]:1");
  EXPECT_NE(site, 0U);
  EXPECT_EQ(SenderOf(kKey, "ipv6:[2001:db8:1:ffff::2]:1"), site);
  EXPECT_NE(SenderOf(kKey, "ipv6:[2001:db8:2:1::1]:1"), site);
}

TEST_F(AdmissionSenderTest, APlayerWithATokenIsOneFromEverywhere) {
  const uint64_t player = SenderOf(Token("player-7"), "ipv4:192.0.2.1:1");
  EXPECT_NE(player, 0U);
  EXPECT_EQ(SenderOf(Token("player-7"), "ipv4:198.51.100.1:1"), player);
  EXPECT_EQ(SenderOf(Token("player-7"), "ipv4:127.0.0.1:1"), player);
  EXPECT_NE(SenderOf(Token("player-8"), "ipv4:192.0.2.1:1"), player) << "of one address";
}

TEST_F(AdmissionSenderTest, WhereNeitherIsKnownTheSessionIsAllThereIs) {
  EXPECT_EQ(SenderOf(kKey, "ipv4:127.0.0.1:1"), 0U);
  EXPECT_EQ(SenderOf(kKey, "ipv4:10.0.0.1:1"), 0U) << "a proxy that names nobody";
}

TEST_F(AdmissionSenderTest, AProxyThatIsNotNamedIsNoticed) {
  SessionsThrough(kKey, "ipv4:192.0.2.1:1");
  EXPECT_TRUE(admission_.HasSharedAddresses());
}

TEST_F(AdmissionSenderTest, WhereTheAddressIsNobodysSenderItIsNotNoticed) {
  SessionsThrough(kKey, "ipv4:10.0.0.1:1");
  EXPECT_FALSE(admission_.HasSharedAddresses()) << "private";
  SessionsThrough(Token("player-7"), "ipv4:192.0.2.1:1");
  EXPECT_FALSE(admission_.HasSharedAddresses()) << "players with tokens";
  SessionsThrough("Bearer the-relay-key", "ipv4:192.0.2.1:1");
  EXPECT_FALSE(admission_.HasSharedAddresses()) << "a relay";
}

TEST_F(AdmissionSenderTest, ARelayReportsForManyAndNotForItsAddress) {
  const Batch batch = BatchOf("Bearer the-relay-key", "ipv4:192.0.2.1:1");
  EXPECT_EQ(batch.sender, 0U);
  EXPECT_TRUE(batch.relayed);
  EXPECT_FALSE(BatchOf(kKey, "ipv4:192.0.2.1:1").relayed);
}

}  // namespace
}  // namespace gmewatch
