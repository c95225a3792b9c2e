#include "daemon/detect/counter_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "absl/numeric/bits.h"
#include "absl/strings/str_cat.h"
#include "tests/support/session_with_spread.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Fills Counters as their one writer does.
struct Writer {
  Writer() {
    for (const int32_t code : {1005, 10001}) counters.AddCode(code, true);
    for (const char* region : {"eu", "us"}) counters.AddPlace({"shooter", region}, true);
  }
  void Count(size_t place, size_t slot, uint32_t events, uint64_t session = 0) {
    counters.mutable_place(place)->mutable_cell(slot)->CountInTime(SessionWithSpread(session),
                                                                   events);
  }
  void CountLate(size_t place, size_t slot, uint32_t events) {
    counters.mutable_place(place)->mutable_cell(slot)->CountLate(events);
  }

  Counters counters;
};

std::vector<std::string> Text(const std::vector<CellGain>& gains) {
  std::vector<std::string> lines;
  lines.reserve(gains.size());
  for (const CellGain& gain : gains) {
    lines.push_back(absl::StrCat(gain.place, "/", gain.slot, " ", gain.events));
  }
  return lines;
}

TEST(CounterReaderTest, ReturnsTheGainOfEachCellInOrder) {
  Writer writer;
  CounterReader reader(writer.counters);
  EXPECT_THAT(reader.Read(), IsEmpty());
  writer.Count(1, 2, 5);
  writer.Count(0, kOtherSlot, 1);
  writer.Count(1, 1, 2);
  writer.Count(1, 2, 3);
  EXPECT_THAT(Text(reader.Read()), ElementsAre("0/0 1", "1/1 2", "1/2 8"));
  writer.Count(1, 2, 4);
  EXPECT_THAT(Text(reader.Read()), ElementsAre("1/2 4"));
  EXPECT_THAT(reader.Read(), IsEmpty());
}

TEST(CounterReaderTest, EventsFromBeforeAreNoGain) {
  Writer writer;
  writer.Count(0, 1, 100);
  writer.CountLate(0, 1, 50);
  CounterReader reader(writer.counters);
  EXPECT_THAT(reader.Read(), IsEmpty());
  writer.Count(0, 1, 7);
  const std::vector<CellGain>& gains = reader.Read();
  ASSERT_THAT(Text(gains), ElementsAre("0/1 7"));
  // The same holds for the senders' buckets.
  EXPECT_EQ(std::accumulate(gains[0].by_sender.begin(), gains[0].by_sender.end(), 0U), 7U);
}

// The detector measures errors against them.
TEST(CounterReaderTest, ReturnsTheSuccessesOfAPlaceWithoutLateOnes) {
  Writer writer;
  writer.counters.mutable_place(1)->CountSuccesses(70, 70);
  CounterReader reader(writer.counters);
  writer.Count(1, 1, 2);
  writer.counters.mutable_place(1)->CountSuccesses(9, 9);
  writer.counters.mutable_place(1)->CountSuccesses(50, 0);
  const std::vector<CellGain>& gains = reader.Read();
  ASSERT_THAT(gains, testing::SizeIs(2));
  EXPECT_TRUE(gains[0].success);
  EXPECT_EQ(gains[0].place, 1U);
  EXPECT_EQ(gains[0].events, 9U);
  EXPECT_FALSE(gains[1].success);
  EXPECT_THAT(reader.Read(), IsEmpty());
}

TEST(CounterReaderTest, LeavesLateEventsOut) {
  Writer writer;
  CounterReader reader(writer.counters);
  writer.CountLate(0, 1, 1000);
  EXPECT_THAT(reader.Read(), IsEmpty());
  writer.CountLate(0, 1, 1000);
  writer.Count(0, 1, 3);
  EXPECT_THAT(Text(reader.Read()), ElementsAre("0/1 3"));
}

TEST(CounterReaderTest, SeesNewRowsAndColumns) {
  Writer writer;
  CounterReader reader(writer.counters);
  writer.counters.AddPlace({"racer", "eu"}, false);
  writer.counters.AddCode(-3, false);
  writer.Count(2, 3, 9);
  writer.Count(0, 3, 1);
  EXPECT_THAT(Text(reader.Read()), ElementsAre("0/3 1", "2/3 9"));
}

TEST(CounterReaderTest, SeparatesSendersAndSessions) {
  Writer writer;
  CounterReader reader(writer.counters);
  writer.Count(0, 1, 5, 0);
  writer.Count(0, 1, 2, 3);
  writer.Count(0, 1, 1, 3 + Senders::kBuckets);  // the same bucket, another session
  writer.Count(0, 2, 6, 1);
  const std::vector<CellGain> first = reader.Read();
  ASSERT_THAT(Text(first), ElementsAre("0/1 8", "0/2 6"));
  EXPECT_THAT(first[0].by_sender, ElementsAre(5, 0, 0, 3, 0, 0, 0, 0));
  EXPECT_THAT(first[1].by_sender, ElementsAre(0, 6, 0, 0, 0, 0, 0, 0));
  // The session's bit comes from the bits of the hash after the three of the bucket.
  EXPECT_EQ(first[0].sessions, 0b11U);
  EXPECT_EQ(absl::popcount(first[1].sessions), 1);

  writer.Count(0, 1, 4, 3);
  const std::vector<CellGain> second = reader.Read();
  ASSERT_THAT(Text(second), ElementsAre("0/1 4"));
  EXPECT_THAT(second[0].by_sender, ElementsAre(0, 0, 0, 4, 0, 0, 0, 0));
  EXPECT_EQ(second[0].sessions, 0b01U);
}

TEST(CounterReaderTest, FollowsSendersAcrossTheWrapOfTheirCounts) {
  Writer writer;
  CounterReader reader(writer.counters);
  writer.Count(0, 1, UINT32_MAX, 2);
  EXPECT_THAT(Text(reader.Read()), ElementsAre(absl::StrCat("0/1 ", UINT32_MAX)));
  writer.Count(0, 1, 6, 2);
  const std::vector<CellGain>& gains = reader.Read();
  ASSERT_THAT(Text(gains), ElementsAre("0/1 6"));
  EXPECT_EQ(gains[0].by_sender[2], 6U);
}

}  // namespace
}  // namespace gmewatch
