#include "daemon/detect/packed_series.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "daemon/detect/series_record.h"

namespace gmewatch {
namespace {

constexpr size_t kBytes = 96;

// The bytes of a series with a level of 3, learned from 40 hours.
std::string Packed(SeriesPhase phase, bool has_season) {
  std::string bytes(kBytes, '\0');
  const auto put = [&bytes](size_t at, auto value) {
    std::memcpy(bytes.data() + at, &value, sizeof(value));
  };
  put(0, uint32_t{7});  // index
  put(4, uint16_t{2});  // slot
  bytes[7] = has_season ? 1 : 0;
  put(8, uint32_t{1000});  // tick
  put(12, 3.0F);           // level
  put(20, 5.0F);           // events and base of the last hours
  put(24, 6.0F);
  put(28, 1.5F);              // vmr
  put(32, 0.02F);             // drift
  put(48, uint16_t{0x4000});  // other level: 2
  put(54, uint16_t{0x4220});  // hours of the level: 40
  if (phase == SeriesPhase::kNew) {
    put(56, 11.0F);  // squares
    put(60, 4.0F);   // ticks
  } else if (phase == SeriesPhase::kQuiet) {
    put(56, 30.0F);  // a stretch
    put(60, 10.0F);
    put(80, uint16_t{990});
  } else {
    put(56, uint32_t{950});  // start
    put(64, 100.0F);         // events
    put(68, 20.0F);          // expected
    put(84, 2.5F);           // score
  }
  const unsigned points = phase == SeriesPhase::kQuiet ? 1 : 0;
  bytes[95] = static_cast<char>(points | static_cast<unsigned>(phase) << 5U);
  if (has_season) bytes.append(sizeof(Season), '\x80');
  return bytes;
}

SavedSeries Read(uint32_t format, SeriesPhase phase, std::vector<uint32_t>* dropped) {
  internal::SeriesPage page;
  EXPECT_TRUE(ReadPackedSeries(format, Packed(phase, true), &page, dropped));
  SeriesRecord record(page);
  EXPECT_TRUE(record.IsComplete());
  SavedSeries series;
  EXPECT_TRUE(record.Read(&series));
  EXPECT_TRUE(record.AtEnd());
  EXPECT_EQ(series.index, 7U);
  EXPECT_EQ(series.slot, 2);
  EXPECT_TRUE(series.has_season);
  EXPECT_EQ(series.state.tick, 1000U);
  EXPECT_EQ(series.state.levels.level(), 3);
  EXPECT_EQ(series.state.levels.hours(), 40);
  return series;
}

TEST(PackedSeriesTest, IsReadInEachPhase) {
  std::vector<uint32_t> dropped;
  const SavedSeries fresh = Read(5, SeriesPhase::kNew, &dropped);
  EXPECT_EQ(fresh.state.warm_up.mean(), 5.0F / 6);
  EXPECT_FALSE(fresh.state.warm_up.IsOver());
  const SavedSeries quiet = Read(5, SeriesPhase::kQuiet, &dropped);
  EXPECT_EQ(quiet.state.levels.other(), 2);
  ASSERT_EQ(quiet.state.change_points.stretches().size(), 1U);
  EXPECT_EQ(quiet.state.change_points.stretches()[0].events, 30);
  const SavedSeries spike = Read(5, SeriesPhase::kSpike, &dropped);
  EXPECT_EQ(spike.state.rise.start(), 950U);
  EXPECT_EQ(spike.state.rise.factor(), 5);
  EXPECT_EQ(spike.state.rise.score(), 2.5F);
  EXPECT_TRUE(dropped.empty());
}

TEST(PackedSeriesTest, TheOldestFormatHadNoOtherLevelAndNothingThatJoined) {
  std::vector<uint32_t> dropped;
  EXPECT_EQ(Read(4, SeriesPhase::kQuiet, &dropped).state.levels.other(), 0);
  EXPECT_TRUE(dropped.empty());
  const SavedSeries joined = Read(4, SeriesPhase::kJoined, &dropped);
  EXPECT_EQ(joined.state.phase, SeriesPhase::kQuiet);
  EXPECT_TRUE(joined.state.change_points.empty());
  EXPECT_EQ(dropped, std::vector<uint32_t>{7});
  EXPECT_EQ(Read(5, SeriesPhase::kJoined, &dropped).state.phase, SeriesPhase::kJoined);
}

TEST(PackedSeriesTest, CutOffBytesAreNotRead) {
  const std::string whole = Packed(SeriesPhase::kQuiet, true);
  for (size_t size = 1; size < whole.size(); ++size) {
    internal::SeriesPage page;
    std::vector<uint32_t> dropped;
    EXPECT_FALSE(ReadPackedSeries(5, whole.substr(0, size), &page, &dropped)) << size;
  }
}

}  // namespace
}  // namespace gmewatch
