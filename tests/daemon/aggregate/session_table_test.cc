#include "daemon/aggregate/session_table.h"

#include <gtest/gtest.h>

#include <random>

#include "absl/container/flat_hash_map.h"

namespace gmewatch {
namespace {

TEST(SessionTableTest, FindsWhatWasInsertedAndNothingElse) {
  SessionTable table;
  const SessionId id = {1, 2};
  EXPECT_EQ(table.Find(id, SessionTable::Hash(id)), SessionTable::kNone);
  const uint32_t slot = table.Insert(id, SessionTable::Hash(id));
  EXPECT_EQ(table.Find(id, SessionTable::Hash(id)), slot);
  EXPECT_EQ(table.Find({2, 1}, SessionTable::Hash({2, 1})), SessionTable::kNone);
  EXPECT_EQ(table.size(), 1U);
}

// Compares with a map that is known to be right: inserts, sweeps, and identifiers whose index
// entries collide.
TEST(SessionTableTest, AgreesWithAMapOverManyInsertsAndSweeps) {
  constexpr uint32_t kSeed = 20240501;
  SCOPED_TRACE(kSeed);
  std::mt19937_64 random(kSeed);
  SessionTable table;
  absl::flat_hash_map<uint64_t, uint32_t> expected;  // id to last_seen_s
  for (uint32_t now = 0; now < 300; ++now) {
    for (int i = 0; i < 200; ++i) {
      const SessionId id = {random() % 20'000, 0};
      const size_t hash = SessionTable::Hash(id);
      uint32_t slot = table.Find(id, hash);
      ASSERT_EQ(slot != SessionTable::kNone, expected.contains(id.a));
      if (slot == SessionTable::kNone) slot = table.Insert(id, hash);
      table.Change(slot)->last_seen_s = now;
      expected[id.a] = now;
    }
    const uint32_t oldest = now < 50 ? 0 : now - 50;
    table.Sweep(oldest, oldest, SIZE_MAX);
    absl::erase_if(expected, [oldest](const auto& item) { return item.second < oldest; });
    ASSERT_EQ(table.size(), expected.size());
  }
  for (const auto& [a, last_seen_s] : expected) {
    const uint32_t slot = table.Find({a, 0}, SessionTable::Hash({a, 0}));
    ASSERT_NE(slot, SessionTable::kNone);
    EXPECT_EQ(table.at(slot).last_seen_s, last_seen_s);
  }
}

TEST(SessionTableTest, LoadsEverySessionFromItsPages) {
  SessionTable table;
  for (uint64_t i = 0; i < 10'000; ++i) {
    const SessionId id = {i, i};
    table.Change(table.Insert(id, SessionTable::Hash(id)))->last_sequence = i * 3;
  }
  SessionTable loaded;
  ASSERT_TRUE(loaded.Load(table.TakePages(false)).ok());
  EXPECT_EQ(loaded.size(), 10'000U);
  for (uint64_t i = 0; i < 10'000; ++i) {
    const SessionId id = {i, i};
    const uint32_t slot = loaded.Find(id, SessionTable::Hash(id));
    ASSERT_NE(slot, SessionTable::kNone);
    EXPECT_EQ(loaded.at(slot).last_sequence, i * 3);
  }
  // And it takes further sessions.
  const SessionId more = {77, 99};
  EXPECT_NE(loaded.Insert(more, SessionTable::Hash(more)), SessionTable::kNone);
}

TEST(SessionTableTest, LoadsTheShorterSessionsOfEarlierVersions) {
  SessionTable table;
  for (uint64_t i = 0; i < 10; ++i) {
    Session* session = table.Change(table.Insert({i, i}, SessionTable::Hash({i, i}), TagOf("a")));
    session->last_sequence = i * 3;
    session->seen = {i, i + 1, i + 2, 0};
    session->last_seen_s = 100;
  }
  // 16 bytes of id, 8 of the sequence number, 24 of the codes, 4 and 4 of time and mark.
  std::vector<SessionPage> pages = table.TakePages(false);
  std::string shorter;
  for (size_t at = 0; at < pages[0].bytes.size(); at += sizeof(Session)) {
    shorter += pages[0].bytes.substr(at, 48) + pages[0].bytes.substr(at + 56, 8);
  }
  SessionTable loaded;
  ASSERT_TRUE(loaded.Load({{0, shorter}}).ok());
  EXPECT_EQ(loaded.size(), 10U);
  EXPECT_EQ(loaded.SizeOf(TagOf("a")), 10U);
  for (uint64_t i = 0; i < 10; ++i) {
    const Session& session = loaded.at(loaded.Find({i, i}, SessionTable::Hash({i, i})));
    EXPECT_EQ(session.last_sequence, i * 3);
    EXPECT_EQ(session.seen[2], i + 2);
    EXPECT_EQ(session.seen[3], 0U);
    EXPECT_EQ(session.last_seen_s, 100U);
  }
  // The next checkpoint stores it as it is now.
  EXPECT_EQ(loaded.TakePages(true).at(0).bytes, pages[0].bytes);
}

TEST(SessionTableTest, TakesOnlyThePagesThatChanged) {
  SessionTable table;
  for (uint64_t i = 0; i < 10'000; ++i) table.Insert({i, i}, SessionTable::Hash({i, i}));
  EXPECT_EQ(table.TakePages(true).size(), 3U);
  EXPECT_EQ(table.TakePages(true).size(), 0U);
  table.Change(table.Find({5000, 5000}, SessionTable::Hash({5000, 5000})))->last_sequence = 9;
  EXPECT_EQ(table.TakePages(true).size(), 1U);
  EXPECT_EQ(table.TakePages(false).size(), 3U);
}

// Adds sessions that were last seen at `now`.
void Insert(SessionTable* table, uint64_t first, uint64_t sessions, uint32_t now) {
  for (uint64_t i = first; i < first + sessions; ++i) {
    const SessionId id = {i, i};
    table->Change(table->Insert(id, SessionTable::Hash(id)))->last_seen_s = now;
  }
}

TEST(SessionTableTest, GivesBackThePagesThatNobodyUses) {
  SessionTable table;
  Insert(&table, 0, 5000, 100);
  Insert(&table, 5000, 95'000, 10);
  EXPECT_EQ(table.page_count(), 25U);
  table.Sweep(50, 50, SIZE_MAX);
  EXPECT_EQ(table.size(), 5000U);
  EXPECT_EQ(table.page_count(), 3U);  // two are used, and one stays for the next
  for (uint64_t i = 0; i < 100'000; ++i) {
    EXPECT_EQ(table.Find({i, i}, SessionTable::Hash({i, i})) == SessionTable::kNone, i >= 5000);
  }
  // New sessions fill what is free below first.
  Insert(&table, 200'000, 3 * 4096 - 5000, 100);
  EXPECT_EQ(table.page_count(), 3U);
  Insert(&table, 300'000, 1, 100);
  EXPECT_EQ(table.page_count(), 4U);
}

TEST(SessionTableTest, APageWithoutASessionMayLieBelowOneThatIsUsed) {
  SessionTable table;
  Insert(&table, 0, 8192, 10);
  Insert(&table, 8192, 1, 100);
  table.Sweep(50, 50, SIZE_MAX);
  EXPECT_EQ(table.page_count(), 3U);
  SessionTable loaded;
  ASSERT_TRUE(loaded.Load(table.TakePages(false)).ok());
  EXPECT_EQ(loaded.size(), 1U);
  EXPECT_NE(loaded.Find({8192, 8192}, SessionTable::Hash({8192, 8192})), SessionTable::kNone);
  Insert(&loaded, 20'000, 3 * 4096 - 1, 100);
  EXPECT_EQ(loaded.page_count(), 3U);
}

TEST(SessionTableTest, RejectsPagesOfAWrongSizeOrPosition) {
  SessionTable table;
  EXPECT_EQ(table.Load({{0, "short"}}).code(), absl::StatusCode::kDataLoss);
  table.Insert({1, 2}, SessionTable::Hash({1, 2}));
  std::vector<SessionPage> pages = table.TakePages(false);
  pages[0].index = 1;
  EXPECT_EQ(SessionTable().Load(pages).code(), absl::StatusCode::kDataLoss);
}

TEST(SessionTableTest, CountsTheSessionsOfEachAppOverRestartsAndACheckpoint) {
  SessionTable table;
  const AppTag a = TagOf("a");
  const AppTag b = TagOf("b");
  ASSERT_NE(a, b);
  for (uint64_t i = 0; i < 10; ++i) {
    table.Insert({i, i}, SessionTable::Hash({i, i}), i < 7 ? a : b);
  }
  EXPECT_EQ(table.SizeOf(a), 7U);
  table.Restart(table.Find({0, 0}, SessionTable::Hash({0, 0})), b);
  EXPECT_EQ(table.SizeOf(a), 6U);
  EXPECT_EQ(table.SizeOf(b), 4U);
  SessionTable loaded;
  ASSERT_TRUE(loaded.Load(table.TakePages(false)).ok());
  EXPECT_EQ(loaded.SizeOf(b), 4U);
  loaded.Sweep(1, 1, SIZE_MAX);
  EXPECT_EQ(loaded.SizeOf(a), 0U);
}

TEST(SessionTableTest, SessionsThatDidNotComeBackLeaveFirst) {
  SessionTable table;
  const uint32_t once = table.Insert({1, 1}, SessionTable::Hash({1, 1}), TagOf("a"));
  const uint32_t back = table.Insert({2, 2}, SessionTable::Hash({2, 2}), TagOf("a"));
  table.Change(once)->last_seen_s = table.Change(back)->last_seen_s = 100;
  table.Change(back)->mark |= SessionTable::kCameBack;
  table.Sweep(50, 200, SIZE_MAX);
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(table.Find({2, 2}, SessionTable::Hash({2, 2})), back);
}

}  // namespace
}  // namespace gmewatch
