// The part of Detector that saves and loads its state: a DetectorHead, and for each row its series
// as PackedSeries, byte for byte as in memory (little-endian, as on x86 and ARM).
#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/detect/detector.h"
#include "daemon/detect/detector_records.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

constexpr uint32_t kFormat = 5;
// The format before it is read, too. Its series have other values in the place of `other_level` and
// `back_llr`, and its kJoined is a rise that is not announced.
constexpr uint32_t kFormatBefore = 4;

struct PackedSeries {
  uint32_t index = 0;
  uint16_t slot = 0;
  uint8_t kind = 0;
  uint8_t has_season = 0;
  SeriesState state;  // without its `season`, which is an index
};
static_assert(sizeof(PackedSeries) == 8 + sizeof(SeriesState));

template <typename T>
void AppendBytes(const T& value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename T>
bool TakeBytes(absl::string_view* bytes, T* value) {
  if (bytes->size() < sizeof(T)) return false;
  std::memcpy(value, bytes->data(), sizeof(T));
  bytes->remove_prefix(sizeof(T));
  return true;
}

// Makes a series of kFormatBefore one of kFormat.
void Convert(SeriesState* state) {
  state->other_level = 0;
  state->back_llr = 0;
  if (state->phase == SeriesPhase::kJoined) SeriesModel::Drop(state);
}

bool IsSound(const SeriesState& state) {
  for (const float number :
       {state.level, float{state.level_hours}, state.fast_events, state.fast_base,
        state.hour_events, float{state.other_level}, float{state.back_llr}, state.clump}) {
    if (!std::isfinite(number) || number < 0) return false;
  }
  return std::isfinite(state.hour_expected) && std::isfinite(float{state.uncounted}) &&
         state.level > 0 && state.vmr >= 1 && state.clump >= 1 && state.drift > 0 &&
         state.phase <= SeriesPhase::kSpike && state.change_point_count <= kChangePointsMax;
}

// Whether it is an (app, region) and not a roll-up.
bool IsPlace(const Place& place) { return place.app != kAllLabel && place.region != kAllLabel; }

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the detector's state is damaged: ", what));
}

}  // namespace

std::vector<DetectorPage> Detector::Save(bool changed_only) {
  std::vector<DetectorPage> pages;
  pages.push_back({{}, SaveHead()});
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    if (changed_only && !row_series_[row].changed) continue;
    row_series_[row].changed = false;
    pages.push_back({rows_.place(row), SaveRow(row)});
  }
  return pages;
}

std::string Detector::SaveHead() const {
  internal::DetectorHead head;
  head.set_format(kFormat);
  head.set_tick_seconds(absl::ToInt64Seconds(settings_.tick));
  head.set_last_tick(last_tick_);
  for (const WatchedCode& code : codes_) head.add_codes(code.code);
  for (const uint32_t row : place_rows_) Pack(rows_.place(row), head.add_places());
  for (const RowSeries& row : row_series_) head.add_births(row.born_tick);
  for (const Traffic::Row& row : traffic_.rows()) Pack(row, head.add_traffic());
  for (const PastRise& rise : recurrence_.rises()) Pack(rise, head.add_past_rises());
  head.set_series(static_cast<uint32_t>(states_.size()));
  head.mutable_rising()->Add(rising_.begin(), rising_.end());
  for (const Announced& announced : announced_) {
    internal::AnnouncedRecord* record = head.add_announced();
    record->set_series(announced.series);
    Pack(announced.spike, record);
    record->set_tick(announced.tick);
    record->set_recurred(announced.recurred);
    record->set_expected(announced.expected);
    record->set_factor(announced.factor);
  }
  for (const Incident& incident : incidents_.all()) Pack(incident, head.add_incidents());
  head.set_last_incident(incidents_.last_id());
  return head.SerializeAsString();
}

std::string Detector::SaveRow(uint32_t row) const {
  std::string bytes;
  ForEachIndex(row_series_[row], [&](uint32_t index) { SaveSeries(index, &bytes); });
  return bytes;
}

void Detector::SaveSeries(uint32_t index, std::string* bytes) const {
  const SeriesState& state = states_[index];
  PackedSeries packed;
  packed.index = index;
  packed.slot = series_[index].slot;
  packed.kind = static_cast<uint8_t>(series_[index].kind);
  packed.has_season = state.season == kNoSeason ? 0 : 1;
  packed.state = state;
  packed.state.season = kNoSeason;
  AppendBytes(packed, bytes);
  if (state.season != kNoSeason) AppendBytes(seasons_[state.season], bytes);
}

absl::Status Detector::Load(const std::vector<DetectorPage>& pages) {
  absl::Status status = LoadAll(pages);
  if (!status.ok()) *this = Detector(settings_);
  return status;
}

absl::Status Detector::LoadAll(const std::vector<DetectorPage>& pages) {
  internal::DetectorHead head;
  for (const DetectorPage& page : pages) {
    if (page.place == Place() && !head.ParseFromString(page.bytes))
      return Damaged("the head cannot be parsed");
  }
  absl::Status status = LoadHead(head);
  for (const DetectorPage& page : pages) {
    if (status.ok() && !(page.place == Place())) status = LoadRow(head.format(), page);
  }
  return status.ok() ? CheckSeries() : status;
}

absl::Status Detector::CheckSeries() const {
  size_t rising = 0;
  for (const SeriesState& state : states_) {
    if (state.level == 0) return Damaged("a series is missing");
    if (state.tick > last_tick_) return Damaged("a series is newer than the last tick");
    rising += state.phase > SeriesPhase::kQuiet ? 1 : 0;
  }
  std::vector<bool> rises(states_.size());
  for (const uint32_t index : rising_) {
    if (index >= states_.size()) return Damaged("the list of rises names an unknown series");
    if (rises[index] || states_[index].phase <= SeriesPhase::kQuiet)
      return Damaged("the list of rises is wrong");
    rises[index] = true;
  }
  if (rising != rising_.size()) return Damaged("the list of rises is wrong");
  for (const Announced& announced : announced_) {
    if (announced.series >= states_.size()) return Damaged("a spike names an unknown series");
    if (!std::isfinite(announced.factor)) return Damaged("a spike's factor");
  }
  return absl::OkStatus();
}

absl::Status Detector::LoadHead(const internal::DetectorHead& head) {
  const int64_t tick_seconds = absl::ToInt64Seconds(settings_.tick);
  const bool is_known = head.format() == kFormat || head.format() == kFormatBefore;
  if (!is_known || head.tick_seconds() != tick_seconds) {
    return absl::FailedPreconditionError(
        absl::StrCat("the detector's state has format ", head.format(), " with ticks of ",
                     head.tick_seconds(), " s, not ", kFormat, " with ", tick_seconds, " s"));
  }
  last_tick_ = head.last_tick();
  for (const int32_t code : head.codes()) codes_.emplace_back().code = code;
  for (const internal::PlaceName& place : head.places()) {
    if (!IsPlace(Unpack(place))) return Damaged("a roll-up is listed as a place");
    AddPlace(Unpack(place));
  }
  if (static_cast<size_t>(head.births_size()) != rows_.size())
    return Damaged("the number of rows is wrong");
  for (size_t row = 0; row < rows_.size(); ++row) {
    row_series_[row].born_tick = head.births(static_cast<int>(row));
    row_series_[row].changed = false;
  }
  for (const absl::Status& status : {LoadPastRises(head), LoadTraffic(head)}) {
    if (!status.ok()) return status;
  }
  if (head.series() > rows_.size() * kCodeSlotsMax * 2)
    return Damaged("the number of series is wrong");
  SeriesState missing;
  missing.level = 0;
  states_.assign(head.series(), missing);
  series_.resize(head.series());
  rising_.assign(head.rising().begin(), head.rising().end());
  for (const internal::AnnouncedRecord& announced : head.announced()) {
    announced_.push_back({announced.series(), Unpack(announced), announced.tick(),
                          announced.recurred(), announced.expected(), announced.factor()});
  }
  std::vector<Incident> incidents;
  for (const internal::IncidentRecord& incident : head.incidents()) {
    incidents.push_back(Unpack(incident));
  }
  incidents_.Restore(std::move(incidents), head.last_incident());
  return absl::OkStatus();
}

absl::Status Detector::LoadPastRises(const internal::DetectorHead& head) {
  std::vector<PastRise> rises;
  for (const internal::PastRiseRecord& record : head.past_rises()) {
    rises.push_back(Unpack(record));
    const PastRise& rise = rises.back();
    if (rise.row >= rows_.size() || rise.slot >= codes_.size() || rise.start > rise.end ||
        !std::isfinite(rise.factor) || !std::isfinite(rise.score)) {
      return Damaged("a past rise");
    }
  }
  recurrence_.Restore(std::move(rises));
  return absl::OkStatus();
}

absl::Status Detector::LoadTraffic(const internal::DetectorHead& head) {
  if (head.traffic_size() == 0) return absl::OkStatus();
  std::vector<Traffic::Row> traffic;
  for (const internal::TrafficRecord& record : head.traffic()) {
    traffic.push_back(Unpack(record));
    if (!IsSound(traffic.back())) return Damaged("the operations of a row");
  }
  if (traffic.size() != rows_.size()) return Damaged("the number of rows is wrong");
  traffic_.Restore(std::move(traffic), last_tick_);
  return absl::OkStatus();
}

absl::Status Detector::LoadRow(uint32_t format, const DetectorPage& page) {
  const uint32_t row = rows_.Find(page.place);
  if (row == Rows::kNotFound) {
    return Damaged(absl::StrCat("row ", page.place.app, "/", page.place.region, " is unknown"));
  }
  absl::string_view bytes = page.bytes;
  while (!bytes.empty()) {
    absl::Status status = LoadSeries(row, format, &bytes);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Detector::LoadSeries(uint32_t row, uint32_t format, absl::string_view* bytes) {
  PackedSeries packed;
  if (!TakeBytes(bytes, &packed)) return Damaged("a series is cut off");
  if (format == kFormatBefore) {
    if (packed.state.phase == SeriesPhase::kJoined) std::erase(rising_, packed.index);
    Convert(&packed.state);
  }
  if (packed.index >= states_.size() || states_[packed.index].level != 0 ||
      packed.slot >= codes_.size() || packed.kind > 1 || !IsSound(packed.state)) {
    return Damaged(absl::StrCat("series ", packed.index));
  }
  packed.state.season = kNoSeason;
  if (packed.has_season != 0) {
    Season season;
    if (!TakeBytes(bytes, &season)) return Damaged("a season is cut off");
    packed.state.season = static_cast<uint32_t>(seasons_.size());
    seasons_.push_back(season);
  }
  const Series series = {row, packed.slot, static_cast<Kind>(packed.kind)};
  states_[packed.index] = packed.state;
  series_[packed.index] = series;
  std::vector<uint32_t>& index = IndicesOf(series);
  if (index.size() <= series.slot) index.resize(codes_.size(), kNone);
  if (index[series.slot] != kNone) return Damaged(absl::StrCat("series ", packed.index));
  index[series.slot] = packed.index;
  return absl::OkStatus();
}

}  // namespace gmewatch
