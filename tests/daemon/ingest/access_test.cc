#include "daemon/ingest/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/model/app_token.h"

namespace gmewatch {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr absl::string_view kSecret = "0123456789abcdef0123456789abcdef";

Settings TwoApps() {
  Settings settings;
  internal::App* open = settings.add_apps();
  open->set_name("open");
  open->add_regions("eu");
  internal::App* closed = settings.add_apps();
  closed->set_name("closed");
  for (const char* region : {"eu", "us"}) closed->add_regions(region);
  for (const char* key : {"old-key-1", "new-key-22"}) closed->add_keys(key);
  return settings;
}

TEST(AccessTest, OpenModeTakesAnyName) {
  ManualClock clock{kNow};
  const Access access(Settings(), clock);
  EXPECT_TRUE(access.Check("any-app", "any-region", "").status.ok());
}

TEST(AccessTest, TakesOnlyWhatTheSettingsName) {
  ManualClock clock{kNow};
  const Access access(TwoApps(), clock);
  const auto check = [&access](const char* app, const char* region, const char* authorization) {
    return access.Check(app, region, authorization).status.error_code();
  };
  EXPECT_EQ(check("open", "eu", ""), StatusCode::OK);
  EXPECT_EQ(check("open", "eu", "Bearer whatever"), StatusCode::OK);
  EXPECT_EQ(check("open", "us", ""), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(check("third", "eu", ""), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(check("closed", "us", "Bearer old-key-1"), StatusCode::OK);
  EXPECT_EQ(check("closed", "eu", "Bearer new-key-22"), StatusCode::OK);
  EXPECT_EQ(check("closed", "asia", "Bearer new-key-22"), StatusCode::PERMISSION_DENIED);
  for (const char* wrong : {"", "Bearer ", "Bearer old-key-2", "old-key-1", "Bearer old-key-11",
                            "Basic old-key-1", "Bearer old-key-"}) {
    EXPECT_EQ(check("closed", "eu", wrong), StatusCode::UNAUTHENTICATED) << wrong;
  }
}

TEST(AccessTest, SaysWhoIsKnownAndWhoRelays) {
  Settings settings = TwoApps();
  settings.mutable_apps(1)->add_relay_keys("relay-key-1");
  settings.mutable_apps(0)->add_relay_keys("relay-key-2");
  ManualClock clock{kNow};
  const Access access(settings, clock);
  EXPECT_TRUE(access.Check("closed", "eu", "Bearer old-key-1").known);
  EXPECT_FALSE(access.Check("closed", "eu", "Bearer old-key-1").relays);
  EXPECT_TRUE(access.Check("closed", "eu", "Bearer relay-key-1").relays);
  EXPECT_EQ(access.Check("closed", "eu", "Bearer relay-key-2").status.error_code(),
            StatusCode::UNAUTHENTICATED);
  // Players of an app with relay_keys alone need no key.
  EXPECT_TRUE(access.Check("open", "eu", "").status.ok());
  EXPECT_FALSE(access.Check("open", "eu", "").relays);
  EXPECT_TRUE(access.Check("open", "eu", "Bearer relay-key-2").relays);
  // A wrong region with a key comes from somebody; without one it may come from anybody.
  EXPECT_TRUE(access.Check("closed", "asia", "Bearer old-key-1").known);
  EXPECT_FALSE(access.Check("open", "us", "").known);
  EXPECT_FALSE(access.Check("third", "eu", "Bearer old-key-1").known);
  EXPECT_TRUE(access.IsKnown("Bearer new-key-22"));
  EXPECT_FALSE(access.IsKnown(""));
  EXPECT_FALSE(access.IsKnown("Bearer nobody"));
  EXPECT_TRUE(Access(Settings(), clock).IsKnown(""));
  EXPECT_TRUE(access.MayReport("")) << "for the open one";
}

TEST(AccessTest, FollowsAnUpdate) {
  ManualClock clock{kNow};
  Access access(TwoApps(), clock);
  Settings settings = TwoApps();
  settings.mutable_apps(0)->set_regions(0, "us");
  access.Update(settings);
  EXPECT_FALSE(access.Check("open", "eu", "").status.ok());
  EXPECT_TRUE(access.Check("open", "us", "").status.ok());
}

// The app "closed" takes its keys and tokens, "signed" only tokens.
Settings WithTokens() {
  Settings settings = TwoApps();
  internal::App* signed_app = settings.add_apps();
  signed_app->set_name("signed");
  signed_app->add_regions("eu");
  for (internal::App* app : {settings.mutable_apps(1), signed_app}) {
    internal::TokenKey* key = app->add_token_keys();
    key->set_id("k1");
    key->set_secret(std::string(kSecret));
  }
  return settings;
}

std::string TokenOf(const char* app, absl::Duration left, absl::string_view secret = kSecret,
                    const char* id = "k1") {
  return absl::StrCat("Bearer ",
                      *SignToken({id, app, "player-7", absl::ToUnixSeconds(kNow + left)}, secret));
}

TEST(AccessTest, WhereEveryAppNeedsAKeyNobodyReportsWithoutOne) {
  Settings settings = WithTokens();
  settings.mutable_apps()->DeleteSubrange(0, 1);
  ManualClock clock{kNow};
  Access access(settings, clock);
  EXPECT_FALSE(access.MayReport(""));
  EXPECT_FALSE(access.MayReport("Bearer nobody"));
  EXPECT_FALSE(access.MayReport(TokenOf("signed", -absl::Hours(1))));
  EXPECT_TRUE(access.MayReport("Bearer old-key-1"));
  EXPECT_TRUE(access.MayReport(TokenOf("signed", absl::Hours(1))));
  access.Update(Settings());
  EXPECT_TRUE(access.MayReport("")) << "open mode";
}

TEST(AccessTest, TakesATokenOfTheAppUntilItEnds) {
  ManualClock clock{kNow};
  const Access access(WithTokens(), clock);
  for (const char* app : {"signed", "closed"}) {
    const Grant grant = access.Check(app, "eu", TokenOf(app, absl::Hours(1)));
    EXPECT_TRUE(grant.status.ok()) << grant.status.error_message();
    EXPECT_TRUE(grant.known);
    EXPECT_FALSE(grant.relays);
    EXPECT_EQ(grant.subject, "player-7");
    EXPECT_EQ(grant.key, "k1");
    EXPECT_FALSE(access.IsOutdated(grant));
  }
  // Clocks may differ by a minute.
  const Grant late = access.Check("signed", "eu", TokenOf("signed", -absl::Minutes(1)));
  EXPECT_TRUE(late.status.ok()) << late.status.error_message();
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(access.IsOutdated(late));
  EXPECT_TRUE(access.IsKnown(TokenOf("signed", absl::Hours(1))));
  EXPECT_FALSE(access.IsKnown(TokenOf("signed", -absl::Hours(1))));
}

TEST(AccessTest, SaysWhatIsWrongWithAToken) {
  ManualClock clock{kNow};
  const Access access(WithTokens(), clock);
  const std::string good = TokenOf("signed", absl::Hours(1));
  std::string other_subject = good;
  other_subject.replace(other_subject.find("player-7"), 8, "player-8");
  std::string later = good;
  later.replace(later.find("~18") + 1, 2, "19");
  const std::vector<std::pair<std::string, const char*>> wrong = {
      {"", "needs a token of its backend"},
      {"Bearer old-key-1", "needs a token of its backend"},
      {good.substr(7), "needs a token of its backend"},
      {good.substr(0, good.size() - 1), "is not signed by key \"k1\""},
      {good + "A", "is not signed by key \"k1\""},
      {other_subject, "is not signed by key \"k1\""},
      {later, "is not signed by key \"k1\""},
      {TokenOf("signed", absl::Hours(1), "another-secret-another-secret-ab"), "is not signed by"},
      {TokenOf("signed", absl::Hours(1), kSecret, "k2"), "Bearer TOKEN\""},
      {TokenOf("closed", absl::Hours(1)), "the token is for app \"closed\""},
      {TokenOf("signed", -absl::Seconds(61)), "the token ended 1m1s ago"},
      {TokenOf("signed", absl::Hours(25)), "the token ends in 25h; at most 24h are allowed"},
  };
  for (const auto& [authorization, message] : wrong) {
    const Grant grant = access.Check("signed", "eu", authorization);
    EXPECT_EQ(grant.status.error_code(), StatusCode::UNAUTHENTICATED) << authorization;
    EXPECT_THAT(grant.status.error_message(), HasSubstr(message));
    EXPECT_FALSE(grant.known);
  }
}

TEST(AccessTest, ANewSettingsFileMakesEveryGrantCheckedAgain) {
  ManualClock clock{kNow};
  Access access(WithTokens(), clock);
  const std::string token = TokenOf("signed", absl::Hours(1));
  const Grant grant = access.Check("signed", "eu", token);
  Settings revoked = WithTokens();
  revoked.mutable_apps(2)->mutable_token_keys(0)->set_id("k2");
  access.Update(revoked);
  EXPECT_TRUE(access.IsOutdated(grant));
  EXPECT_EQ(access.Check("signed", "eu", token).status.error_code(), StatusCode::UNAUTHENTICATED);
}

TEST(AccessTest, AnAppMayDemandACertificateBesides) {
  Settings settings;
  internal::App* app = settings.add_apps();
  app->set_name("servers");
  app->add_regions("eu");
  app->add_keys("key-of-servers");
  app->add_client_names("a.example.com");
  app->add_client_names("b.example.com");
  settings.mutable_ingest()->mutable_tls()->set_client_ca_file("clients.pem");
  ManualClock clock{absl::UnixEpoch()};
  Access access(settings, clock);
  EXPECT_TRUE(access.AsksForCertificates());
  const std::string key = "Bearer key-of-servers";
  const auto code = [&](const std::string& authorization, const std::vector<std::string>& names) {
    return access.Check("servers", "eu", authorization, names).status.error_code();
  };
  EXPECT_EQ(code(key, {"x", "b.example.com"}), StatusCode::OK);
  EXPECT_EQ(code(key, {}), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(code(key, {"A.example.com"}), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(code("", {"a.example.com"}), StatusCode::UNAUTHENTICATED);
  EXPECT_FALSE(access.Check("servers", "eu", key).known);
  settings.mutable_apps(0)->clear_client_names();
  access.Update(settings);
  EXPECT_TRUE(access.AsksForCertificates()) << "the next reload may add names again";
  EXPECT_EQ(code(key, {}), StatusCode::OK);
}

}  // namespace
}  // namespace gmewatch
