#include "daemon/detect/detector.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

// One sender dominates a tick if the busiest of the eight sender buckets has more than twice the
// events of the next one plus this.
constexpr uint32_t kDominantMargin = 3;

// A place that comes later than this after the first tick is new.
constexpr absl::Duration kFirstDay = absl::Hours(24);

struct OneSender {
  uint64_t events = 0;
  size_t bucket = 0;
};

// Returns the excess of the dominant sender; 0 events if no sender dominates, or if one session is
// enough for a spike.
OneSender FindOneSender(const CellGain& gain, uint32_t min_sessions) {
  if (min_sessions <= 1 || gain.events <= kDominantMargin) return {};
  uint64_t most = 0;
  uint64_t next = 0;
  uint64_t all = 0;
  for (const uint32_t events : gain.by_sender) {
    next = std::max(next, std::min<uint64_t>(most, events));
    most = std::max<uint64_t>(most, events);
    all += events;
  }
  if (most <= 2 * next + kDominantMargin) return {};
  // Without it the bucket would have the mean of the others.
  constexpr uint64_t kOthers = Senders::kBuckets - 1;
  return {std::min(most - (all - most + kOthers / 2) / kOthers, gain.events),
          static_cast<size_t>(absl::c_max_element(gain.by_sender) - gain.by_sender.begin())};
}

// Returns the bit of this tick's dominant sender bucket if it carries at least half the rise's mean
// rate, else 0. Several bits over a rise: the senders alternate.
uint32_t DominantBucketBit(const SeriesState& rising, const OneSender& one, uint32_t tick,
                           uint32_t ticks) {
  const Rise& rise = rising.rise;
  const float a_tick = rise.events() / static_cast<float>(tick - rise.start());
  const bool carries = static_cast<float>(one.events) >= a_tick / 2 * static_cast<float>(ticks);
  return carries ? uint32_t{1} << one.bucket : 0;
}

}  // namespace

Detector::Detector(const DetectSettings& settings)
    : settings_(settings),
      model_(settings),
      traffic_(absl::ToDoubleSeconds(settings.tick)),
      usual_traffic_(absl::ToDoubleSeconds(settings.tick)),
      recurrence_(absl::ToDoubleSeconds(settings.tick)) {
  row_series_.resize(rows_.size());
  traffic_.Resize(rows_.size());
  usual_traffic_.Resize(rows_.size());
}

void Detector::SetSettings(const DetectSettings& settings) {
  settings_ = settings;
  model_ = SeriesModel(settings);
}

void Detector::SetCodes(std::vector<WatchedCode> codes) { codes_ = std::move(codes); }

void Detector::AddPlace(const Place& place) {
  const size_t rows_before = rows_.size();
  place_rows_.push_back(rows_.Add(place));
  while (row_series_.size() < rows_.size()) row_series_.emplace_back().born_tick = last_tick_;
  traffic_.Resize(rows_.size());
  usual_traffic_.Resize(rows_.size());
  const uint32_t watched = last_tick_ - row_series_[Rows::kEverything].born_tick;
  if (watched * settings_.tick < kFirstDay) return;
  traffic_lines_.AddPlace(place_rows_.back(), rows_before, rows_, SecondsOf(last_tick_ + 1));
}

void Detector::Tick(uint32_t tick, uint32_t ticks, absl::Span<const CellGain> gains) {
  BeginTick(tick, ticks);
  CountTraffic(tick, ticks, gains);
  for (const CellGain& gain : gains) {
    if (!gain.success && !codes_[gain.slot].ignored) Feed(gain, tick, ticks);
  }
  FeedRollups(tick, ticks);
  // A rise is followed through ticks without events, too.
  for (size_t i = 0; i < rising_.size(); ++i) {
    const uint32_t index = rising_[i];
    if (states_[index].tick < tick) Advance(series_[index], {.tick = tick, .ticks = ticks});
  }
  const auto over = [this](uint32_t index) { return !Rises(states_[index]); };
  std::erase_if(rising_, over);
  last_tick_ = tick;
  traffic_lines_.EndTick(SecondsOf(tick + 1), rows_, usual_traffic_);
  UpdateSpikes();
  NoteSenders(gains);
  std::erase_if(rising_, over);
}

void Detector::BeginTick(uint32_t tick, uint32_t ticks) {
  model_.SetSeriesCount(static_cast<double>(states_.size()));
  if (last_tick_ == 0) {
    last_tick_ = tick - ticks;
    for (RowSeries& row : row_series_) row.born_tick = last_tick_;
  }
  const bool skips = tick - ticks > last_tick_;
  const bool hour_ends = model_.times().HourOf(tick) != model_.times().HourOf(last_tick_);
  if (!skips && !hour_ends) return;
  for (uint32_t index = 0; index < states_.size(); ++index) {
    SeriesState& state = states_[index];
    CatchUp(index);
    if (hour_ends) EndHour(index);
    if (skips) SeriesModel::Skip(tick - ticks, &state);
  }
  for (RowSeries& row : row_series_) {
    // The skipped ticks were not watched.
    if (skips) row.born_tick += tick - ticks - last_tick_;
    row.changed = true;
  }
  if (!hour_ends) return;
  EndTrafficHour();
  SortSeries();
}

void Detector::CatchUp(uint32_t index) {
  if (states_[index].tick < last_tick_) Advance(series_[index], {.tick = last_tick_});
}

void Detector::EndHour(uint32_t index) {
  SeriesState& state = states_[index];
  const Season* above = SeasonAbove(series_[index]);
  if (!model_.EndHour(last_tick_, OwnSeason(state), above, &state)) return;
  state.season = static_cast<uint32_t>(seasons_.size());
  seasons_.push_back(above == nullptr ? Season() : Season(*above));
}

void Detector::Feed(const CellGain& gain, uint32_t tick, uint32_t ticks) {
  const uint32_t row = place_rows_[gain.place];
  const auto slot = static_cast<uint16_t>(gain.slot);
  const OneSender one = FindOneSender(gain, settings_.min_sessions);
  TickInput input = {.tick = tick, .ticks = ticks, .sessions = gain.sessions};
  input.events = gain.events - one.events;
  Advance({row, slot, Kind::kManySenders}, input);
  AddToRollups(row, gain);
  const uint32_t known = FindIndex(row, slot, Kind::kOneSender);
  if (one.events == 0 && known == kNone) return;
  input.events = one.events;
  const bool rises = known != kNone && Rises(states_[known]);
  input.sessions = rises ? DominantBucketBit(states_[known], one, tick, ticks) : 0;
  Advance({row, slot, Kind::kOneSender}, input);
}

void Detector::AddToRollups(uint32_t leaf, const CellGain& gain) {
  for (const uint32_t row : {rows_.app_row(leaf), rows_.region_row(leaf), Rows::kEverything}) {
    std::vector<uint32_t>& index = row_series_[row].sums;
    if (index.size() <= gain.slot) index.resize(codes_.size(), kNone);
    uint32_t& found = index[gain.slot];
    if (found == kNone) {
      found = static_cast<uint32_t>(sums_.size());
      sums_.push_back({.place = row, .slot = gain.slot});
    }
    CellGain& sum = sums_[found];
    sum.events += gain.events;
    sum.sessions |= gain.sessions;
    for (size_t i = 0; i < Senders::kBuckets; ++i) sum.by_sender[i] += gain.by_sender[i];
  }
}

void Detector::FeedRollups(uint32_t tick, uint32_t ticks) {
  for (const CellGain& sum : sums_) {
    // A sender that dominates a roll-up has its retry loop in its own place.
    TickInput input = {.tick = tick, .ticks = ticks, .sessions = sum.sessions};
    input.events = sum.events - FindOneSender(sum, settings_.min_sessions).events;
    Advance({sum.place, static_cast<uint16_t>(sum.slot), Kind::kManySenders}, input);
    row_series_[sum.place].sums[sum.slot] = kNone;
  }
  sums_.clear();
}

void Detector::Advance(const Series& series, TickInput input) {
  const uint32_t index = FindOrAdd(series, input);
  SeriesState& state = states_[index];
  input.exposure = traffic_.Now(series.row);
  const uint32_t first = input.tick + 1 - input.ticks;
  if (const uint32_t silent = first - 1 - state.tick; silent > 0) {
    input.silent_exposure =
        traffic_.Between(series.row, state.tick + 1, first) / static_cast<float>(silent);
  }
  const bool rose = Rises(state);
  // The season above is not needed if it has its own.
  const Season* own = OwnSeason(state);
  model_.Advance(input, own, own == nullptr ? SeasonAbove(series) : nullptr, &state);
  if (!rose && Rises(state)) rising_.push_back(index);
  row_series_[series.row].changed = true;
}

std::vector<uint32_t>& Detector::IndicesOf(const Series& series) {
  RowSeries& row = row_series_[series.row];
  return series.kind == Kind::kManySenders ? row.many_senders : row.one_sender;
}

uint32_t Detector::FindIndex(uint32_t row, uint32_t slot, Kind kind) const {
  const RowSeries& all = row_series_[row];
  const std::vector<uint32_t>& index =
      kind == Kind::kManySenders ? all.many_senders : all.one_sender;
  return slot < index.size() ? index[slot] : kNone;
}

uint32_t Detector::FindOrAdd(const Series& series, const TickInput& input) {
  std::vector<uint32_t>& index = IndicesOf(series);
  if (index.size() <= series.slot) index.resize(codes_.size(), kNone);
  uint32_t& found = index[series.slot];
  if (found == kNone) {
    found = static_cast<uint32_t>(states_.size());
    const uint32_t first = input.tick - input.ticks + 1;
    const uint32_t silent = first - 1 - std::min(first - 1, row_series_[series.row].born_tick);
    states_.push_back(model_.NewSeries(first, silent));
    series_.push_back(series);
  }
  return found;
}

Season* Detector::OwnSeason(const SeriesState& state) {
  return state.season == kNoSeason ? nullptr : &seasons_[state.season];
}

const Season* Detector::OwnSeason(const SeriesState& state) const {
  return state.season == kNoSeason ? nullptr : &seasons_[state.season];
}

const Season* Detector::SeasonAbove(const Series& series) const {
  // The day of the same region is closer to this one than that of the whole world.
  for (const uint32_t row : {rows_.region_row(series.row), Rows::kEverything}) {
    if (row == series.row) continue;
    const uint32_t above = FindIndex(row, series.slot, Kind::kManySenders);
    if (above != kNone && states_[above].season != kNoSeason) return OwnSeason(states_[above]);
  }
  return nullptr;
}

double Detector::ExpectedNow(uint32_t index) const {
  const SeriesState& state = states_[index];
  return model_.Expected(last_tick_, OwnSeason(state), SeasonAbove(series_[index]), state) *
         traffic_.Now(series_[index].row);
}

uint32_t Detector::TickOf(int64_t seconds) const {
  return static_cast<uint32_t>(seconds / absl::ToInt64Seconds(settings_.tick));
}

int64_t Detector::SecondsOf(uint32_t tick) const {
  return static_cast<int64_t>(tick) * absl::ToInt64Seconds(settings_.tick);
}

}  // namespace gmewatch
