#include "daemon/detect/traffic_lines.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "daemon/detect/detector_records.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

// A crowd begins above this share of the most that the past days had, and ends below the other one.
// Rates wander by some 30 %.
constexpr double kCrowd = 1.6;
constexpr double kCrowdOver = 1.3;
// Fewer recent operations prove nothing.
constexpr double kOperationsMin = 200;
// A part that has this much of what is too many explains the whole.
constexpr double kPartExplains = 0.85;

// A new place is a launch from this many operations on, within a week.
constexpr uint64_t kLaunchOperations = 100;
constexpr int64_t kLaunchShownSeconds = 86400;
constexpr int64_t kLaunchKnownSeconds = 7 * int64_t{86400};
constexpr size_t kCandidatesMax = 1000;

constexpr int64_t kEndedShownSeconds = 3600;

bool IsHigh(const UsualTraffic::Rates& rates, double factor) {
  return rates.known && rates.operations >= kOperationsMin && rates.recent > factor * rates.most;
}

// Operations a second beyond the usual ones. A place without a past day has no others.
double Excess(const UsualTraffic::Rates& rates) { return rates.recent - rates.usual; }

bool IsCrowd(const TrafficLine& line) { return line.kind == TrafficLine::Kind::kCrowd; }

// 0 for everything, then apps and regions, then (app, region) pairs.
int RankOf(uint32_t row, const Rows& rows) {
  if (row == Rows::kEverything) return 0;
  return rows.is_leaf(row) ? 2 : 1;
}

}  // namespace

size_t TrafficLines::ActiveLines() const {
  return static_cast<size_t>(
      absl::c_count_if(lines_, [](const TrafficLine& line) { return line.active; }));
}

bool TrafficLines::IsInCrowd(const Place& place) const {
  return absl::c_any_of(lines_, [&place](const TrafficLine& line) {
    return line.active && IsCrowd(line) && Holds(line.place, place);
  });
}

bool TrafficLines::IsKnownLaunch(uint32_t leaf, const Rows& rows) const {
  const Place& place = rows.place(leaf);
  return absl::c_any_of(
             candidates_,
             [&](const Candidate& candidate) { return Holds(rows.place(candidate.row), place); }) ||
         absl::c_any_of(lines_, [&](const TrafficLine& line) {
           return !IsCrowd(line) && Holds(line.place, place);
         });
}

void TrafficLines::AddPlace(uint32_t leaf, size_t rows_before, const Rows& rows, int64_t now_s) {
  if (leaf < rows_before || IsKnownLaunch(leaf, rows)) return;
  if (candidates_.size() >= kCandidatesMax) return;
  const bool new_app = rows.app_row(leaf) >= rows_before;
  const bool new_region = rows.region_row(leaf) >= rows_before;
  uint32_t named = leaf;
  if (new_app && !new_region) named = rows.app_row(leaf);
  if (new_region && !new_app) named = rows.region_row(leaf);
  candidates_.push_back({.row = named, .since_s = now_s});
}

void TrafficLines::Count(uint32_t leaf, uint64_t operations, const Rows& rows) {
  for (Candidate& candidate : candidates_) {
    if (rows.Holds(candidate.row, leaf)) candidate.operations += operations;
  }
}

void TrafficLines::EndTick(int64_t now_s, const Rows& rows, const UsualTraffic& traffic) {
  UpdateLaunches(now_s, rows);
  if (std::exchange(minute_, now_s / 60) == now_s / 60) return;
  low_minutes_.resize(lines_.size());
  high_minutes_.resize(rows.size());
  UpdateCrowds(now_s, rows, traffic);
  for (size_t i = lines_.size(); i-- > 0;) {
    const TrafficLine& line = lines_[i];
    const int64_t kept_s = IsCrowd(line) ? kEndedShownSeconds : kLaunchKnownSeconds;
    if (line.active || line.end_s + kept_s > now_s) continue;
    lines_.erase(lines_.begin() + static_cast<ptrdiff_t>(i));
    low_minutes_.erase(low_minutes_.begin() + static_cast<ptrdiff_t>(i));
  }
  FindCrowds(now_s, rows, traffic);
}

void TrafficLines::UpdateLaunches(int64_t now_s, const Rows& rows) {
  for (TrafficLine& line : lines_) {
    if (!line.active || IsCrowd(line) || line.start_s + kLaunchShownSeconds > now_s) continue;
    line.active = false;
    line.end_s = now_s;
  }
  std::erase_if(candidates_, [&](const Candidate& candidate) {
    if (candidate.operations < kLaunchOperations || ActiveLines() >= kLinesMax) {
      return candidate.since_s + kLaunchKnownSeconds <= now_s;
    }
    lines_.push_back({.kind = TrafficLine::Kind::kLaunch,
                      .place = rows.place(candidate.row),
                      .active = true,
                      .start_s = candidate.since_s});
    return true;
  });
}

void TrafficLines::UpdateCrowds(int64_t now_s, const Rows& rows, const UsualTraffic& traffic) {
  for (size_t i = 0; i < lines_.size(); ++i) {
    TrafficLine& line = lines_[i];
    if (!line.active || !IsCrowd(line)) continue;
    const UsualTraffic::Rates rates = traffic.At(rows.Find(line.place));
    line.usual_rate = rates.usual;
    line.observed_rate = rates.recent;
    if (IsHigh(rates, kCrowdOver)) low_minutes_[i] = 0;
    if (IsHigh(rates, kCrowdOver) || ++low_minutes_[i] < kCrowdMinutes) continue;
    line.active = false;
    line.end_s = now_s;
    // Nothing begins because it ends.
    for (uint32_t row = 0; row < rows.size(); ++row) {
      if (Holds(line.place, rows.place(row))) high_minutes_[row] = 0;
    }
  }
}

std::vector<uint32_t> TrafficLines::RowsThatAreHigh(const Rows& rows, const UsualTraffic& traffic) {
  std::vector<uint32_t> due;
  for (uint32_t row = 0; row < rows.size(); ++row) {
    uint16_t& minutes = high_minutes_[row];
    const bool enough = traffic.RecentOperations(row) >= kOperationsMin;
    minutes =
        enough && IsHigh(traffic.At(row), kCrowd) ? std::min<uint16_t>(minutes, 10'000) + 1 : 0;
    if (minutes >= kCrowdMinutes && !IsInCrowd(rows.place(row))) due.push_back(row);
  }
  absl::c_stable_sort(
      due, [&rows](uint32_t x, uint32_t y) { return RankOf(x, rows) < RankOf(y, rows); });
  return due;
}

void TrafficLines::FindCrowds(int64_t now_s, const Rows& rows, const UsualTraffic& traffic) {
  const std::vector<uint32_t> due = RowsThatAreHigh(rows, traffic);
  if (due.empty()) return;
  std::vector<Judged> judged(rows.size());
  for (uint32_t row = 0; row < rows.size(); ++row) judged[row].rates = traffic.At(row);
  for (uint32_t part = 1; part < rows.size(); ++part) {
    const double excess = Excess(judged[part].rates);
    for (const uint32_t outer : {rows.app_row(part), rows.region_row(part), Rows::kEverything}) {
      if (excess > kPartExplains * Excess(judged[outer].rates)) judged[outer].explains = false;
    }
  }
  for (const uint32_t row : due) {
    if (ActiveLines() >= kLinesMax) return;
    if (!judged[row].explains || IsInCrowd(rows.place(row)) || Waits(row, rows, judged)) continue;
    BeginCrowd(row, now_s, rows, judged[row].rates);
  }
}

bool TrafficLines::Waits(uint32_t row, const Rows& rows, const std::vector<Judged>& judged) const {
  if (row == Rows::kEverything || high_minutes_[row] >= 2 * kCrowdMinutes) return false;
  for (const uint32_t outer : {rows.app_row(row), rows.region_row(row), Rows::kEverything}) {
    const uint16_t minutes = high_minutes_[outer];
    if (minutes > 0 && minutes < kCrowdMinutes && judged[outer].explains) return true;
  }
  return false;
}

void TrafficLines::BeginCrowd(uint32_t row, int64_t now_s, const Rows& rows,
                              const UsualTraffic::Rates& rates) {
  TrafficLine crowd = {.kind = TrafficLine::Kind::kCrowd,
                       .place = rows.place(row),
                       .active = true,
                       .start_s = now_s - 60 * int64_t{high_minutes_[row]},
                       .usual_rate = rates.usual,
                       .observed_rate = rates.recent};
  // Crowds of its parts were the beginning of this one.
  for (size_t i = lines_.size(); i-- > 0;) {
    const TrafficLine& part = lines_[i];
    if (!part.active || !IsCrowd(part) || !Holds(crowd.place, part.place)) continue;
    crowd.start_s = std::min(crowd.start_s, part.start_s);
    lines_.erase(lines_.begin() + static_cast<ptrdiff_t>(i));
    low_minutes_.erase(low_minutes_.begin() + static_cast<ptrdiff_t>(i));
  }
  lines_.push_back(std::move(crowd));
  low_minutes_.push_back(0);
}

std::vector<TrafficLine> TrafficLines::Shown(int64_t now_s) const {
  std::vector<TrafficLine> shown;
  for (const TrafficLine& line : lines_) {
    if (line.active || line.end_s + kEndedShownSeconds > now_s) shown.push_back(line);
  }
  return shown;
}

void TrafficLines::Save(internal::TrafficLinesRecord* out) const {
  for (const TrafficLine& line : lines_) {
    internal::TrafficLineRecord& record = *out->add_lines();
    record.set_launch(!IsCrowd(line));
    Pack(line.place, record.mutable_place());
    record.set_active(line.active);
    record.set_start_s(line.start_s);
    record.set_end_s(line.end_s);
    record.set_usual_rate(line.usual_rate);
    record.set_observed_rate(line.observed_rate);
  }
  out->set_minute(minute_);
  out->mutable_high_minutes()->Add(high_minutes_.begin(), high_minutes_.end());
  out->mutable_low_minutes()->Add(low_minutes_.begin(), low_minutes_.end());
  for (const Candidate& candidate : candidates_) {
    out->add_candidate_rows(candidate.row);
    out->add_candidate_since_s(candidate.since_s);
    out->add_candidate_operations(candidate.operations);
  }
}

void TrafficLines::Load(const internal::TrafficLinesRecord& record, const Rows& rows) {
  *this = TrafficLines();
  for (const internal::TrafficLineRecord& saved : record.lines()) {
    TrafficLine line = {
        .kind = saved.launch() ? TrafficLine::Kind::kLaunch : TrafficLine::Kind::kCrowd,
        .place = Unpack(saved.place()),
        .active = saved.active(),
        .start_s = saved.start_s(),
        .end_s = saved.end_s(),
        .usual_rate = saved.usual_rate(),
        .observed_rate = saved.observed_rate()};
    if (rows.Find(line.place) != Rows::kNotFound) lines_.push_back(std::move(line));
  }
  minute_ = record.minute();
  const auto short_ones = [](const auto& saved, size_t most) {
    std::vector<uint16_t> out(std::min(most, static_cast<size_t>(saved.size())));
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<uint16_t>(std::min(saved[static_cast<int>(i)], uint32_t{10'001}));
    }
    return out;
  };
  high_minutes_ = short_ones(record.high_minutes(), rows.size());
  low_minutes_ = short_ones(record.low_minutes(), lines_.size());
  const int candidates =
      std::min({record.candidate_rows_size(), record.candidate_since_s_size(),
                record.candidate_operations_size(), static_cast<int>(kCandidatesMax)});
  for (int i = 0; i < candidates; ++i) {
    if (record.candidate_rows(i) >= rows.size()) continue;
    candidates_.push_back(
        {record.candidate_rows(i), record.candidate_since_s(i), record.candidate_operations(i)});
  }
}

}  // namespace gmewatch
