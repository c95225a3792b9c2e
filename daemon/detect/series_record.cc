#include "daemon/detect/series_record.h"

#include <cmath>
#include <cstring>
#include <string>
#include <type_traits>

namespace gmewatch {
namespace {

using internal::SeriesPage;

// An array of the page.
template <typename T>
struct Column {
  using Values = google::protobuf::RepeatedField<T>;
  const Values& (SeriesPage::*get)() const;
  Values* (SeriesPage::*change)();
};
using Floats = Column<float>;
using Integers = Column<uint32_t>;

// Appends the numbers that it visits.
class Writer {
 public:
  explicit Writer(SeriesPage* page) : page_(*page) {}
  template <typename T, typename Number>
  void operator()(const Column<T>& column, const Number& number) const {
    (page_.*column.change)()->Add(number);
  }

 private:
  SeriesPage& page_;
};

// Reads element `at` of each array into the numbers that it visits. An empty array is one that the
// writer did not know: the number keeps its default.
class Reader {
 public:
  Reader(const SeriesPage& page, int at, bool* ok) : page_(page), at_(at), ok_(*ok) {}
  template <typename T, typename Number>
  void operator()(const Column<T>& column, Number& number) const {
    const typename Column<T>::Values& values = (page_.*column.get)();
    if (values.empty()) return;
    if (at_ >= values.size()) {
      ok_ = false;
      return;
    }
    const T value = values.Get(at_);
    if constexpr (std::is_integral_v<Number>) {
      if (value > std::numeric_limits<Number>::max()) {
        ok_ = false;
        return;
      }
    }
    number = static_cast<std::conditional_t<std::is_integral_v<Number>, Number, T>>(value);
  }

 private:
  const SeriesPage& page_;
  int at_;
  bool& ok_;
};

}  // namespace

template <typename State, typename Visit>
void SeriesRecord::VisitState(State& state, const Visit& visit) {
  using P = SeriesPage;
  visit(Integers{&P::tick, &P::mutable_tick}, state.tick);
  visit(Integers{&P::sessions, &P::mutable_sessions}, state.sessions);
  visit(Floats{&P::level, &P::mutable_level}, state.levels.level_);
  visit(Floats{&P::level_hours, &P::mutable_level_hours}, state.levels.hours_);
  visit(Floats{&P::other_level, &P::mutable_other_level}, state.levels.other_);
  visit(Floats{&P::back_llr, &P::mutable_back_llr}, state.levels.back_llr_);
  visit(Floats{&P::vmr, &P::mutable_vmr}, state.dispersion.vmr_);
  visit(Floats{&P::drift, &P::mutable_drift}, state.drift.squared_);
  visit(Floats{&P::recent_events, &P::mutable_recent_events}, state.recent.events_);
  visit(Floats{&P::recent_base, &P::mutable_recent_base}, state.recent.base_);
  visit(Floats{&P::uncounted, &P::mutable_uncounted}, state.uncounted);
  visit(Floats{&P::hour_events, &P::mutable_hour_events}, state.hour.events_);
  visit(Floats{&P::hour_expected, &P::mutable_hour_expected}, state.hour.expected_);
  visit(Integers{&P::season_hours, &P::mutable_season_hours}, state.season_hours);
}

template <typename Part, typename Visit>
void SeriesRecord::VisitWarmUp(Part& part, const Visit& visit) {
  using P = SeriesPage;
  visit(Floats{&P::warm_up_events, &P::mutable_warm_up_events}, part.events_);
  visit(Floats{&P::warm_up_exposure, &P::mutable_warm_up_exposure}, part.exposure_);
  visit(Floats{&P::warm_up_squares, &P::mutable_warm_up_squares}, part.squares_);
  visit(Floats{&P::warm_up_ticks, &P::mutable_warm_up_ticks}, part.ticks_);
}

template <typename Part, typename Visit>
void SeriesRecord::VisitChangePoints(Part& part, const Visit& visit) {
  using P = SeriesPage;
  visit(Integers{&P::change_points, &P::mutable_change_points}, part.count_);
}

template <typename Part, typename Visit>
void SeriesRecord::VisitStretch(Part& part, size_t index, const Visit& visit) {
  using P = SeriesPage;
  visit(Floats{&P::stretch_events, &P::mutable_stretch_events}, part.stretches_[index].events);
  visit(Floats{&P::stretch_base, &P::mutable_stretch_base}, part.stretches_[index].base);
  visit(Integers{&P::stretch_start, &P::mutable_stretch_start}, part.starts_[index]);
}

template <typename Part, typename Visit>
void SeriesRecord::VisitRise(Part& part, const Visit& visit) {
  using P = SeriesPage;
  visit(Integers{&P::rise_start, &P::mutable_rise_start}, part.start_);
  visit(Integers{&P::rise_quiet_since, &P::mutable_rise_quiet_since}, part.quiet_since_);
  visit(Floats{&P::rise_events, &P::mutable_rise_events}, part.events_);
  visit(Floats{&P::rise_expected, &P::mutable_rise_expected}, part.expected_);
  visit(Floats{&P::rise_recent_events, &P::mutable_rise_recent_events}, part.recent_events_);
  visit(Floats{&P::rise_recent_expected, &P::mutable_rise_recent_expected}, part.recent_expected_);
  visit(Floats{&P::rise_end_llr, &P::mutable_rise_end_llr}, part.end_llr_);
  visit(Floats{&P::rise_score, &P::mutable_rise_score}, part.score_);
}

void SeriesRecord::Append(const SavedSeries& series, SeriesPage* page) {
  const SeriesState& state = series.state;
  const Writer write(page);
  page->add_index(series.index);
  page->set_series(page->series() + 1);
  page->add_slot(series.slot);
  page->add_kind(series.kind);
  page->add_phase(static_cast<uint32_t>(state.phase));
  page->add_flags((state.hour.rose() ? kHourRoseFlag : 0) | (state.adopted ? kAdoptedFlag : 0) |
                  (state.suspect ? kSuspectFlag : 0) | (series.has_season ? kHasSeasonFlag : 0));
  page->add_hour_ticks(state.hour.ticks());
  VisitState(state, write);
  if (state.phase == SeriesPhase::kNew) {
    VisitWarmUp(state.warm_up, write);
  } else if (state.phase == SeriesPhase::kQuiet) {
    VisitChangePoints(state.change_points, write);
    for (size_t i = 0; i < state.change_points.count_; ++i) {
      VisitStretch(state.change_points, i, write);
    }
  } else {
    VisitRise(state.rise, write);
  }
  if (!series.has_season) return;
  page->mutable_seasons()->append(reinterpret_cast<const char*>(&series.season), sizeof(Season));
}

bool SeriesRecord::Read(SavedSeries* series) {
  const int at = read_++;
  SeriesState& state = series->state;
  bool ok = true;
  const Reader read(page_, at, &ok);
  uint8_t phase = 0;
  uint32_t flags = 0;
  uint16_t hour_ticks = 0;
  read(Integers{&SeriesPage::index, &SeriesPage::mutable_index}, series->index);
  read(Integers{&SeriesPage::slot, &SeriesPage::mutable_slot}, series->slot);
  read(Integers{&SeriesPage::kind, &SeriesPage::mutable_kind}, series->kind);
  read(Integers{&SeriesPage::phase, &SeriesPage::mutable_phase}, phase);
  read(Integers{&SeriesPage::flags, &SeriesPage::mutable_flags}, flags);
  read(Integers{&SeriesPage::hour_ticks, &SeriesPage::mutable_hour_ticks}, hour_ticks);
  VisitState(state, read);
  if (!ok || phase > static_cast<uint8_t>(SeriesPhase::kSpike)) return false;
  state.phase = static_cast<SeriesPhase>(phase);
  state.adopted = (flags & kAdoptedFlag) != 0;
  state.suspect = (flags & kSuspectFlag) != 0;
  series->has_season = (flags & kHasSeasonFlag) != 0;
  state.hour.Count(0, 0, hour_ticks);
  if ((flags & kHourRoseFlag) != 0) state.hour.MarkRise();
  return ReadPart(&state) && ReadSeason(series) && IsSound(state);
}

bool SeriesRecord::ReadPart(SeriesState* state) {
  bool ok = true;
  if (state->phase == SeriesPhase::kNew) {
    state->warm_up = WarmUp();
    VisitWarmUp(state->warm_up, Reader(page_, warm_ups_++, &ok));
  } else if (state->phase == SeriesPhase::kQuiet) {
    return ReadChangePoints(&state->change_points);
  } else {
    state->rise = Rise();
    VisitRise(state->rise, Reader(page_, rises_++, &ok));
  }
  return ok;
}

bool SeriesRecord::ReadChangePoints(ChangePoints* points) {
  bool ok = true;
  VisitChangePoints(*points, Reader(page_, quiet_++, &ok));
  if (!ok || points->count_ > ChangePoints::kMax) return false;
  for (size_t i = 0; i < points->count_; ++i) {
    VisitStretch(*points, i, Reader(page_, stretches_++, &ok));
  }
  return ok;
}

bool SeriesRecord::ReadSeason(SavedSeries* series) {
  if (!series->has_season) return true;
  const std::string& seasons = page_.seasons();
  if (seasons.size() - seasons_ < sizeof(Season)) return false;
  std::memcpy(&series->season, seasons.data() + seasons_, sizeof(Season));
  seasons_ += sizeof(Season);
  return true;
}

bool SeriesRecord::IsSound(const SeriesState& state) {
  const bool part = state.phase == SeriesPhase::kNew     ? state.warm_up.IsSound()
                    : state.phase == SeriesPhase::kQuiet ? state.change_points.IsSound()
                                                         : state.rise.IsSound();
  return part && state.levels.IsSound() && state.dispersion.IsSound() && state.drift.IsSound() &&
         state.recent.IsSound() && state.hour.IsSound() && std::isfinite(float{state.uncounted});
}

}  // namespace gmewatch
