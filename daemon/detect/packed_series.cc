#include "daemon/detect/packed_series.h"

#include <array>
#include <cstring>

#include "daemon/detect/series/season.h"
#include "daemon/detect/series/series_state.h"
#include "daemon/detect/series/short_float.h"
#include "daemon/detect/series_record.h"

namespace gmewatch {
namespace {

constexpr size_t kChangePoints = 3;

struct PackedChangePoints {
  std::array<Stretch, kChangePoints> stretches;
  std::array<uint16_t, kChangePoints> starts;
  uint16_t unused;
};

struct PackedRise {
  uint32_t start;
  uint32_t quiet_since;
  float events;
  float expected;
  float recent_events;
  float recent_expected;
  float end_llr;
  float score;
};

struct PackedSeries {
  uint32_t index;
  uint16_t slot;
  uint8_t kind;
  uint8_t has_season;  // a Season follows
  uint32_t tick;
  float level;
  float clump;  // not used any more
  float fast_events;
  float fast_base;
  float vmr;
  float drift;
  float hour_events;
  float hour_expected;
  uint32_t sessions;
  ShortFloat other_level;  // of format 5, as the next one
  ShortFloat back_llr;
  ShortFloat uncounted;
  ShortFloat level_hours;
  union {
    PackedChangePoints change_points;
    PackedRise rise;
  };
  uint32_t season;  // an index of the process that wrote it
  uint16_t hour_ticks : 15;
  uint16_t hour_rose : 1;
  uint8_t season_hours;
  uint8_t change_point_count : 2;
  uint8_t adopted : 1;
  uint8_t suspect : 1;
  uint8_t counts_clumps : 1;
  uint8_t phase : 3;
};
static_assert(sizeof(PackedSeries) == 96);

void AddNew(const PackedSeries& series, internal::SeriesPage* page) {
  page->add_warm_up_events(series.fast_events);
  page->add_warm_up_exposure(series.fast_base);
  page->add_warm_up_squares(series.change_points.stretches[0].events);
  page->add_warm_up_ticks(series.change_points.stretches[0].base);
}

void AddQuiet(const PackedSeries& series, size_t count, internal::SeriesPage* page) {
  page->add_change_points(static_cast<uint32_t>(count));
  for (size_t i = 0; i < count; ++i) {
    page->add_stretch_events(series.change_points.stretches[i].events);
    page->add_stretch_base(series.change_points.stretches[i].base);
    page->add_stretch_start(series.change_points.starts[i]);
  }
}

void AddRise(const PackedRise& rise, internal::SeriesPage* page) {
  page->add_rise_start(rise.start);
  page->add_rise_quiet_since(rise.quiet_since);
  page->add_rise_events(rise.events);
  page->add_rise_expected(rise.expected);
  page->add_rise_recent_events(rise.recent_events);
  page->add_rise_recent_expected(rise.recent_expected);
  page->add_rise_end_llr(rise.end_llr);
  page->add_rise_score(rise.score);
}

void Add(const PackedSeries& series, bool knows_levels, SeriesPhase phase,
         internal::SeriesPage* page) {
  const bool is_new = phase == SeriesPhase::kNew;
  page->set_series(page->series() + 1);
  page->add_index(series.index);
  page->add_slot(series.slot);
  page->add_kind(series.kind);
  page->add_phase(static_cast<uint32_t>(phase));
  page->add_flags(
      (series.hour_rose != 0 ? kHourRoseFlag : 0) | (series.adopted != 0 ? kAdoptedFlag : 0) |
      (series.suspect != 0 ? kSuspectFlag : 0) | (series.has_season != 0 ? kHasSeasonFlag : 0));
  page->add_tick(series.tick);
  page->add_sessions(series.sessions);
  page->add_level(series.level);
  page->add_level_hours(series.level_hours);
  page->add_other_level(knows_levels ? float{series.other_level} : 0);
  page->add_back_llr(knows_levels ? float{series.back_llr} : 0);
  page->add_vmr(series.vmr);
  page->add_drift(series.drift);
  page->add_recent_events(is_new ? 0 : series.fast_events);
  page->add_recent_base(is_new ? 0 : series.fast_base);
  page->add_uncounted(series.counts_clumps != 0 ? 0 : float{series.uncounted});
  page->add_hour_events(series.hour_events);
  page->add_hour_expected(series.hour_expected);
  page->add_hour_ticks(series.hour_ticks);
  page->add_season_hours(series.season_hours);
  if (is_new) {
    AddNew(series, page);
  } else if (phase == SeriesPhase::kQuiet) {
    // Change points that count clumps would mean something else now.
    const bool dropped = series.phase != static_cast<uint8_t>(phase) || series.counts_clumps != 0;
    AddQuiet(series, dropped ? 0 : series.change_point_count, page);
  } else {
    AddRise(series.rise, page);
  }
}

}  // namespace

bool ReadPackedSeries(uint32_t format, absl::string_view bytes, internal::SeriesPage* page,
                      std::vector<uint32_t>* dropped) {
  while (!bytes.empty()) {
    PackedSeries series;
    if (bytes.size() < sizeof(series)) return false;
    std::memcpy(&series, bytes.data(), sizeof(series));
    bytes.remove_prefix(sizeof(series));
    auto phase = static_cast<SeriesPhase>(series.phase);
    if (format == kOldestFormat && phase == SeriesPhase::kJoined) {
      // It was a rise that was not announced.
      phase = SeriesPhase::kQuiet;
      dropped->push_back(series.index);
    }
    Add(series, format != kOldestFormat, phase, page);
    if (series.has_season == 0) continue;
    if (bytes.size() < sizeof(Season)) return false;
    page->mutable_seasons()->append(bytes.data(), sizeof(Season));
    bytes.remove_prefix(sizeof(Season));
  }
  return true;
}

}  // namespace gmewatch
