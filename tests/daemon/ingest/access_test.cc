#include "daemon/ingest/access.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

using grpc::StatusCode;

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
  const Access access{Settings()};
  EXPECT_TRUE(access.Check("any-app", "any-region", "").status.ok());
}

TEST(AccessTest, TakesOnlyWhatTheSettingsName) {
  const Access access(TwoApps());
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
  const Access access(settings);
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
  EXPECT_TRUE(Access{Settings()}.IsKnown(""));
}

TEST(AccessTest, FollowsAnUpdate) {
  Access access(TwoApps());
  Settings settings = TwoApps();
  settings.mutable_apps(0)->set_regions(0, "us");
  access.Update(settings);
  EXPECT_FALSE(access.Check("open", "eu", "").status.ok());
  EXPECT_TRUE(access.Check("open", "us", "").status.ok());
}

}  // namespace
}  // namespace gmewatch
