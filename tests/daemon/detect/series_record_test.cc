#include "daemon/detect/series_record.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <vector>

#include "tests/daemon/detect/series/model_run.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

using internal::SeriesPage;

SavedSeries Saved(uint32_t index, const ModelRun& run) {
  SavedSeries saved;
  saved.index = index;
  saved.slot = static_cast<uint16_t>(index + 1);
  saved.kind = index % 2;
  saved.state = run.state;
  saved.state.season = kNoSeason;
  saved.has_season = run.season.has_value();
  if (saved.has_season) saved.season = *run.season;
  return saved;
}

// A series in each phase: new, quiet with change points and a Season, in a rise, in a loop.
std::vector<SavedSeries> SomeSeries() {
  Random counts(5);
  ModelRun fresh;
  for (int tick = 0; tick < 5; ++tick) fresh.Add(3);
  ModelRun quiet;
  for (uint32_t tick = 0; tick < 2 * kTicksPerDay + 17; ++tick) quiet.Add(counts.Poisson(10));
  quiet.Add(25);
  ModelRun rise(kTicksPerDay);
  for (int tick = 0; tick < 10; ++tick) rise.Add(100);
  ModelRun loop(kTicksPerDay);
  for (int tick = 0; tick < 10; ++tick) loop.Add(100, 1);
  EXPECT_EQ(fresh.state.phase, SeriesPhase::kNew);
  EXPECT_FALSE(quiet.state.change_points.empty());
  EXPECT_TRUE(quiet.season.has_value());
  EXPECT_EQ(rise.state.phase, SeriesPhase::kSpike);
  EXPECT_EQ(loop.state.phase, SeriesPhase::kLoop);
  return {Saved(0, fresh), Saved(1, quiet), Saved(2, rise), Saved(3, loop), Saved(4, quiet)};
}

SeriesPage SomePage() {
  SeriesPage page;
  for (const SavedSeries& series : SomeSeries()) SeriesRecord::Append(series, &page);
  return page;
}

// Returns how many series can be read.
int Readable(const SeriesPage& page) {
  SeriesRecord record(page);
  int read = 0;
  SavedSeries series;
  while (!record.AtEnd() && record.Read(&series)) ++read;
  return read;
}

TEST(SeriesRecordTest, ReadsWhatItWroteBitForBit) {
  SeriesPage page;
  ASSERT_TRUE(page.ParseFromString(SomePage().SerializeAsString()));
  SeriesRecord record(page);
  EXPECT_TRUE(record.IsComplete());
  for (const SavedSeries& saved : SomeSeries()) {
    ASSERT_FALSE(record.AtEnd());
    SavedSeries read;
    ASSERT_TRUE(record.Read(&read));
    EXPECT_EQ(read.index, saved.index);
    EXPECT_EQ(read.slot, saved.slot);
    EXPECT_EQ(read.kind, saved.kind);
    EXPECT_EQ(read.has_season, saved.has_season);
    EXPECT_EQ(std::memcmp(&read.season, &saved.season, sizeof(Season)), 0);
    // Written again it is the same.
    SeriesPage once;
    SeriesPage twice;
    SeriesRecord::Append(saved, &once);
    SeriesRecord::Append(read, &twice);
    EXPECT_EQ(once.SerializeAsString(), twice.SerializeAsString());
  }
  EXPECT_TRUE(record.AtEnd());
}

TEST(SeriesRecordTest, GoesOnAsBefore) {
  Random counts(6);
  ModelRun run;
  for (uint32_t tick = 0; tick < 2 * kTicksPerDay; ++tick) run.Add(counts.NegativeBinomial(6, 2));
  for (int part = 0; part < 20; ++part) {
    SeriesPage page;
    SeriesRecord::Append(Saved(0, run), &page);
    SavedSeries read;
    ASSERT_TRUE(SeriesRecord(page).Read(&read));
    ModelRun copy;
    copy.state = read.state;
    copy.state.season = run.state.season;
    copy.season = run.season;
    for (int tick = 0; tick < 300; ++tick) {
      const uint64_t events = counts.NegativeBinomial(part % 3 == 0 ? 40 : 6, 2);
      run.Add(events);
      copy.Add(events);
      ASSERT_EQ(copy.ExpectedNext(), run.ExpectedNext()) << part << " " << tick;
      ASSERT_EQ(copy.model.Score(copy.state), run.model.Score(run.state)) << part << " " << tick;
      ASSERT_EQ(copy.state.phase, run.state.phase);
    }
  }
}

TEST(SeriesRecordTest, WhatAnEarlierVersionDidNotSaveHasItsDefault) {
  SeriesPage page = SomePage();
  page.clear_other_level();
  page.clear_rise_score();
  EXPECT_EQ(Readable(page), 5);
}

// NOLINTNEXTLINE(readability-function-*): each EXPECT in the loops counts as a branch
TEST(SeriesRecordTest, WhatCannotBeIsNotRead) {
  const auto readable = [](const std::function<void(SeriesPage*)>& damage) {
    SeriesPage page = SomePage();
    damage(&page);
    return Readable(page);
  };
  EXPECT_EQ(readable([](SeriesPage*) {}), 5);
  EXPECT_EQ(readable([](SeriesPage* page) { page->set_slot(1, 65'536); }), 1);
  EXPECT_EQ(readable([](SeriesPage* page) { page->set_kind(1, 256); }), 1);
  EXPECT_EQ(readable([](SeriesPage* page) { page->set_phase(1, 5); }), 1);
  EXPECT_EQ(readable([](SeriesPage* page) { page->set_season_hours(1, 256); }), 1);
  EXPECT_EQ(readable([](SeriesPage* page) { page->set_change_points(0, 4); }), 1);
  EXPECT_EQ(readable([](SeriesPage* page) { page->set_flags(0, 8); }), 4);  // no Season is left
  for (const float value : {-1.0F, 0.0F, NAN, INFINITY}) {
    EXPECT_EQ(readable([value](SeriesPage* page) { page->set_level(2, value); }), 2);
    EXPECT_EQ(readable([value](SeriesPage* page) { page->set_vmr(2, value); }), 2);
    EXPECT_EQ(readable([value](SeriesPage* page) { page->set_drift(2, value); }), 2);
  }
  for (const float value : {-1.0F, NAN, INFINITY}) {
    EXPECT_EQ(readable([value](SeriesPage* page) { page->set_level_hours(2, value); }), 2);
    EXPECT_EQ(readable([value](SeriesPage* page) { page->set_other_level(2, value); }), 2);
    EXPECT_EQ(readable([value](SeriesPage* page) { page->set_recent_base(2, value); }), 2);
    EXPECT_EQ(readable([value](SeriesPage* page) { page->set_hour_events(2, value); }), 2);
    EXPECT_EQ(readable([value](SeriesPage* page) { page->set_warm_up_ticks(0, value); }), 0);
  }
  for (const float value : {NAN, INFINITY}) {
    EXPECT_EQ(readable([value](SeriesPage* page) { page->set_rise_events(0, value); }), 2);
    EXPECT_EQ(readable([value](SeriesPage* page) { page->set_uncounted(2, value); }), 2);
  }
}

TEST(SeriesRecordTest, AnArrayThatIsTooShortIsDamage) {
  const auto readable = [](const std::function<void(SeriesPage*)>& damage) {
    SeriesPage page = SomePage();
    damage(&page);
    return Readable(page);
  };
  EXPECT_EQ(readable([](SeriesPage* page) { page->mutable_level()->RemoveLast(); }), 4);
  EXPECT_EQ(readable([](SeriesPage* page) { page->mutable_hour_ticks()->RemoveLast(); }), 4);
  EXPECT_EQ(readable([](SeriesPage* page) { page->mutable_rise_score()->RemoveLast(); }), 3);
  EXPECT_EQ(readable([](SeriesPage* page) { page->mutable_seasons()->pop_back(); }), 4);
  SeriesPage page = SomePage();
  page.mutable_index()->RemoveLast();
  EXPECT_FALSE(SeriesRecord(page).IsComplete());
}

}  // namespace
}  // namespace gmewatch
