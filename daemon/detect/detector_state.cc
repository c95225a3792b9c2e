// The part of Detector that saves and loads its state: a DetectorHead, and for each row a
// SeriesPage.
#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/detect/detector.h"
#include "daemon/detect/detector_records.h"
#include "daemon/detect/packed_series.h"
#include "daemon/detect/series_record.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

// Formats from kOldestFormat on are read, too.
constexpr uint32_t kFormat = 6;
static_assert(kFormat == kLastPackedFormat + 1);

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
    record->set_sessions(announced.senders.sessions);
    record->set_new_sessions(announced.senders.new_sessions);
    record->set_addresses(announced.senders.addresses);
  }
  for (const Incident& incident : incidents_.all()) Pack(incident, head.add_incidents());
  head.set_last_incident(incidents_.last_id());
  usual_traffic_.Save(head.mutable_usual_traffic());
  traffic_lines_.Save(head.mutable_traffic_lines());
  return head.SerializeAsString();
}

std::string Detector::SaveRow(uint32_t row) const {
  internal::SeriesPage page;
  ForEachIndex(row_series_[row], [&](uint32_t index) {
    SavedSeries saved;
    saved.index = index;
    saved.slot = series_[index].slot;
    saved.kind = static_cast<uint8_t>(series_[index].kind);
    saved.state = states_[index];
    if (const Season* own = OwnSeason(states_[index]); own != nullptr) {
      saved.has_season = true;
      saved.season = *own;
    }
    SeriesRecord::Append(saved, &page);
  });
  return page.SerializeAsString();
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
    if (state.levels.level() == 0) return Damaged("a series is missing");
    if (state.tick > last_tick_) return Damaged("a series is newer than the last tick");
    rising += Rises(state) ? 1 : 0;
  }
  std::vector<bool> rises(states_.size());
  for (const uint32_t index : rising_) {
    if (index >= states_.size()) return Damaged("the list of rises names an unknown series");
    if (rises[index] || !Rises(states_[index])) return Damaged("the list of rises is wrong");
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
  const bool is_known = head.format() >= kOldestFormat && head.format() <= kFormat;
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
  for (const absl::Status& status :
       {LoadPastRises(head), LoadTraffic(head), LoadUsualTraffic(head)}) {
    if (!status.ok()) return status;
  }
  if (head.series() > rows_.size() * kCodeSlotsMax * 2)
    return Damaged("the number of series is wrong");
  states_.assign(head.series(), SeriesState());  // with a level of 0 until it is read
  series_.resize(head.series());
  rising_.assign(head.rising().begin(), head.rising().end());
  for (const internal::AnnouncedRecord& announced : head.announced()) {
    announced_.push_back({announced.series(),
                          Unpack(announced),
                          announced.tick(),
                          announced.recurred(),
                          announced.expected(),
                          announced.factor(),
                          {announced.sessions(), announced.new_sessions(), announced.addresses()}});
    CountSenders(&announced_.back());
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

absl::Status Detector::LoadUsualTraffic(const internal::DetectorHead& head) {
  if (!usual_traffic_.Load(head.usual_traffic(), last_tick_)) return Damaged("the usual traffic");
  traffic_lines_.Load(head.traffic_lines(), rows_);
  return absl::OkStatus();
}

absl::Status Detector::LoadRow(uint32_t format, const DetectorPage& saved) {
  const uint32_t row = rows_.Find(saved.place);
  const std::string name = absl::StrCat("row ", saved.place.app, "/", saved.place.region);
  if (row == Rows::kNotFound) return Damaged(absl::StrCat(name, " is unknown"));
  internal::SeriesPage page;
  std::vector<uint32_t> dropped;
  const bool readable = format == kFormat ? page.ParseFromString(saved.bytes)
                                          : ReadPackedSeries(format, saved.bytes, &page, &dropped);
  if (!readable) return Damaged(absl::StrCat(name, " cannot be read"));
  for (const uint32_t index : dropped) std::erase(rising_, index);
  SeriesRecord record(page);
  if (!record.IsComplete()) return Damaged(absl::StrCat(name, " is cut off"));
  while (!record.AtEnd()) {
    SavedSeries series;
    if (!record.Read(&series) || !AddSaved(row, series)) {
      return Damaged(absl::StrCat("series ", series.index, " of ", name));
    }
  }
  return absl::OkStatus();
}

bool Detector::AddSaved(uint32_t row, const SavedSeries& saved) {
  if (saved.index >= states_.size() || states_[saved.index].levels.level() != 0 ||
      saved.slot >= codes_.size() || saved.kind > 1) {
    return false;
  }
  const Series series = {row, saved.slot, static_cast<Kind>(saved.kind)};
  std::vector<uint32_t>& index = IndicesOf(series);
  if (index.size() <= series.slot) index.resize(codes_.size(), kNone);
  if (std::exchange(index[series.slot], saved.index) != kNone) return false;
  series_[saved.index] = series;
  states_[saved.index] = saved.state;
  if (!saved.has_season) return true;
  states_[saved.index].season = static_cast<uint32_t>(seasons_.size());
  seasons_.push_back(saved.season);
  return true;
}

}  // namespace gmewatch
