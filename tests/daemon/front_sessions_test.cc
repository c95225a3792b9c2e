#include "daemon/front_sessions.h"

#include <gtest/gtest.h>

#include <string>

#include "daemon/session_room.h"

namespace gmewatch {
namespace {

Epoch EpochOf(uint64_t session, uint64_t sequence, const std::string& app) {
  Epoch epoch;
  Batch batch;
  batch.session = {session, 0};
  batch.sequence = sequence;
  epoch.Add(batch, HashedOrigin(Origin{app, "eu", "", "", ""}));
  return epoch;
}

class FrontSessionsTest : public ::testing::Test {
 protected:
  void Note(uint64_t session, uint64_t sequence, const std::string& app = "a") {
    EXPECT_EQ(sessions_.Note(session % 4, EpochOf(session, sequence, app)), 1U);
  }

  ManualClock clock_{absl::FromUnixSeconds(1'000'000)};
  FrontSessions sessions_{4, [](const SessionId& id) { return id.a % 4; }, clock_};
};

TEST_F(FrontSessionsTest, KnowsWhatItHasWritten) {
  EXPECT_FALSE(sessions_.Find({7, 0}).known);
  Note(7, 3);
  EXPECT_TRUE(sessions_.Find({7, 0}).known);
  EXPECT_EQ(sessions_.Find({7, 0}).last_sequence, 3U);
  Note(7, 2);  // a retry
  EXPECT_EQ(sessions_.Find({7, 0}).last_sequence, 3U);
  Note(8, 1);
  EXPECT_EQ(sessions_.session_count(), 2U);
}

TEST_F(FrontSessionsTest, ForgetsAfterTheHorizon) {
  Note(1, 1);
  clock_.Advance(absl::Minutes(40));
  Note(2, 1);
  sessions_.Sweep(absl::Hours(1), absl::Hours(1));
  EXPECT_EQ(sessions_.session_count(), 2U);
  clock_.Advance(absl::Minutes(21));
  sessions_.Sweep(absl::Hours(1), absl::Hours(1));
  EXPECT_EQ(sessions_.session_count(), 1U);
  EXPECT_FALSE(sessions_.Find({1, 0}).known);
  EXPECT_TRUE(sessions_.Find({2, 0}).known);
}

TEST_F(FrontSessionsTest, ForgetsThoseOfOneBatchSoonerWhileSessionsAreScarce) {
  SessionRoom room;
  for (uint64_t i = 0; i < 16; ++i) Note(i, 1);
  Note(3, 2);
  Note(4, 1);  // a retry
  clock_.Advance(absl::Minutes(9));
  Note(20, 1);
  EXPECT_TRUE(room.Watch(sessions_.session_count(), 20));
  EXPECT_TRUE(room.is_scarce());
  sessions_.Sweep(absl::Hours(1), SessionRoom::kOnceHorizon);
  EXPECT_EQ(sessions_.session_count(), 17U);
  clock_.Advance(absl::Minutes(2));
  sessions_.Sweep(absl::Hours(1), SessionRoom::kOnceHorizon);
  EXPECT_EQ(sessions_.session_count(), 3U);
  for (const uint64_t id : {3U, 4U, 20U}) EXPECT_TRUE(sessions_.Find({id, 0}).known) << id;
}

TEST(SessionRoomTest, IsScarceFromThreeQuartersUntilHalf) {
  SessionRoom room;
  EXPECT_FALSE(room.Watch(75, 100));
  EXPECT_TRUE(room.Watch(76, 100));
  EXPECT_TRUE(room.is_scarce());
  EXPECT_FALSE(room.Watch(51, 100));
  EXPECT_TRUE(room.is_scarce());
  EXPECT_TRUE(room.Watch(50, 100));
  EXPECT_FALSE(room.is_scarce());
}

TEST_F(FrontSessionsTest, SharesTheRoomAmongApps) {
  const AppTag a = TagOf("a");
  const AppTag b = TagOf("b");
  const AppTag apps[] = {a, b};
  for (uint64_t i = 0; i < 15; ++i) Note(i, 1, "a");
  // Of 20, a quarter is kept for b.
  EXPECT_FALSE(sessions_.HasRoom(a, 20, apps));
  EXPECT_TRUE(sessions_.HasRoom(b, 20, apps));
  EXPECT_TRUE(sessions_.HasRoom(a, 40, apps));
  EXPECT_TRUE(sessions_.HasRoom(a, 16, {}));
  EXPECT_FALSE(sessions_.HasRoom(a, 15, {}));
}

TEST_F(FrontSessionsTest, TakesNoNewOnesWhileCountersKnowNearlyAsManyAsAreAllowed) {
  sessions_.SetKnownToCounters(94);
  EXPECT_TRUE(sessions_.HasRoom(TagOf("a"), 100, {}));
  sessions_.SetKnownToCounters(95);
  EXPECT_FALSE(sessions_.HasRoom(TagOf("a"), 100, {}));
  EXPECT_EQ(sessions_.session_count(), 95U);
  EXPECT_EQ(sessions_.written(), 0U);
  clock_.Advance(FrontSessions::kCountersAway - absl::Seconds(1));
  EXPECT_FALSE(sessions_.HasRoom(TagOf("a"), 100, {}));
  // No counter has said anything for long.
  clock_.Advance(absl::Seconds(2));
  EXPECT_TRUE(sessions_.HasRoom(TagOf("a"), 100, {}));
  EXPECT_TRUE(sessions_.HasRoom(TagOf("a"), 1, {}));
}

}  // namespace
}  // namespace gmewatch
