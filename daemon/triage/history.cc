#include "daemon/triage/history.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace gmewatch {
namespace {

constexpr size_t kRecentMinutes = 10;
// The format of a saved history.
constexpr uint32_t kFormat = 1;

absl::Status Unreadable(absl::string_view why) {
  return absl::DataLossError(absl::StrCat("the saved history of counts ", why));
}

}  // namespace

uint64_t History::Gain(uint64_t sum, uint64_t* before) {
  if (sum <= *before) return 0;
  const uint64_t gain = sum - *before;
  *before = sum;
  return gain;
}

void History::Count(size_t series, uint64_t gain) {
  minutes_.Add(series, gain);
  quarters_.Add(series, gain);
}

int64_t History::MoveTo(int64_t now_s) {
  if (now_s + kBackSeconds < last_s_) {
    minutes_ = StepGrid(60, kHourSteps);
    quarters_ = StepGrid(900, kDaySteps);
    for (Code& code : codes_) code.first_seen_s = code.last_seen_s = 0;
    begin_s_ = last_s_ = 0;
  }
  if (begin_s_ == 0) begin_s_ = last_s_ = now_s;
  // The middle of the time since the last call, so that a call right after the end of a minute
  // counts for that minute.
  const bool gap = now_s - last_s_ > kGapSeconds;
  if (gap) begin_s_ = now_s;
  const int64_t when_s = gap ? now_s : (last_s_ + std::max(now_s, last_s_)) / 2;
  last_s_ = std::max(last_s_, now_s);
  minutes_.MoveTo(when_s);
  quarters_.MoveTo(when_s);
  return when_s - when_s % 60;
}

void History::Add(const CounterSums& sums, const RejectedByReason& rejected, int64_t now_s) {
  const bool first = begin_s_ == 0;
  const int64_t minute_s = MoveTo(now_s);
  const auto count = [this, first](size_t series, uint64_t gain) {
    if (!first) Count(series, gain);
  };

  // A loaded history may know a code that the replay will only add later.
  codes_.resize(std::max(codes_.size(), sums.codes().size()));
  for (size_t slot = 0; slot < sums.codes().size(); ++slot) {
    Code& code = codes_[slot];
    const CounterSums::Code& now = sums.codes()[slot];
    count(SeriesOf(slot), Gain(now.in_time, &code.sums.in_time));
    count(kLateSeries, Gain(now.late, &code.sums.late));
    code.sums.sessions = std::max(code.sums.sessions, now.sessions);
    const uint64_t events = Gain(now.events, &code.sums.events);
    count(kCountedSeries, events);
    if (events == 0 || first) continue;
    code.last_seen_s = minute_s;
    if (code.first_seen_s == 0 && code.sums.events == events) code.first_seen_s = code.last_seen_s;
  }
  for (size_t reason = 0; reason < kLossReasons; ++reason) {
    count(kLostSeries + reason, Gain(sums.lost()[reason], &lost_[reason]));
  }
  for (size_t reason = 0; reason < kRejectReasons; ++reason) {
    // Senders without a key count as calls, without their events.
    const uint64_t events = std::max(rejected[reason].events, rejected[reason].batches);
    count(kRejectedSeries + reason, Gain(events, &rejected_[reason]));
  }
}

double History::RateOf(size_t slot) const {
  const int64_t into_minute = std::clamp<int64_t>(last_s_ - minutes_.newest_start_s(), 0, 60);
  const auto now = static_cast<double>(minutes_.At(SeriesOf(slot), 0));
  // The part of the minute before that is less than 60 s ago, as if its events came evenly.
  const double part = static_cast<double>(60 - into_minute) / 60;
  const double before = static_cast<double>(minutes_.At(SeriesOf(slot), 1)) * part;
  // A daemon that has run for less than a minute divides by that time.
  const int64_t seen = std::clamp<int64_t>(last_s_ - begin_s_, 10, 60);
  return (now + before) / static_cast<double>(seen);
}

CodeNumbers History::Numbers(size_t slot) const {
  const Code& code = codes_[slot];
  CodeNumbers out;
  out.rate = RateOf(slot);
  out.events_5m = minutes_.Sum(SeriesOf(slot), 5);
  out.events_1h = minutes_.Sum(SeriesOf(slot), kHourSteps);
  out.events_24h = quarters_.Sum(SeriesOf(slot), kDaySteps);
  out.events_total = code.sums.events;
  out.sessions_total = code.sums.sessions;
  out.first_seen_s = code.first_seen_s;
  out.last_seen_s = code.last_seen_s;
  return out;
}

RecentNumbers History::Recent() const {
  RecentNumbers out;
  out.counted = minutes_.Sum(kCountedSeries, kRecentMinutes);
  out.late = minutes_.Sum(kLateSeries, kRecentMinutes);
  for (size_t reason = 0; reason < kLossReasons; ++reason) {
    out.lost[reason] = minutes_.Sum(kLostSeries + reason, kRecentMinutes);
  }
  for (size_t reason = 0; reason < kRejectReasons; ++reason) {
    out.rejected[reason] = minutes_.Sum(kRejectedSeries + reason, kRecentMinutes);
  }
  return out;
}

void History::Forget(const CounterSums& sums) {
  for (size_t slot = 0; slot < std::min(codes_.size(), sums.codes().size()); ++slot) {
    CounterSums::Code& before = codes_[slot].sums;
    const CounterSums::Code& now = sums.codes()[slot];
    before = {.events = std::min(before.events, now.events),
              .late = std::min(before.late, now.late),
              .in_time = std::min(before.in_time, now.in_time),
              .sessions = now.sessions};
  }
  for (size_t reason = 0; reason < kLossReasons; ++reason) {
    lost_[reason] = std::min(lost_[reason], sums.lost()[reason]);
  }
}

void History::Save(internal::TriageHistory* out) const {
  out->set_format(kFormat);
  out->set_series(kSeries);
  out->set_begin_s(begin_s_);
  out->set_last_s(last_s_);
  for (const Code& code : codes_) {
    internal::TriageCode* record = out->add_codes();
    record->set_events(code.sums.events);
    record->set_late(code.sums.late);
    record->set_in_time(code.sums.in_time);
    record->set_sessions(code.sums.sessions);
    record->set_first_seen_s(code.first_seen_s);
    record->set_last_seen_s(code.last_seen_s);
  }
  out->mutable_lost()->Add(lost_.begin(), lost_.end());
  out->mutable_refused()->Add(rejected_.begin(), rejected_.end());
  minutes_.Save(out->mutable_minutes());
  quarters_.Save(out->mutable_quarters());
}

absl::Status History::Load(const internal::TriageHistory& in) {
  if (in.format() != kFormat) {
    return Unreadable(absl::StrCat("has format ", in.format(), "; this version reads ", kFormat));
  }
  if ((in.series() != kSeries && in.series() != kFirstSeries) ||
      in.lost_size() != static_cast<int>(kLossReasons) ||
      in.refused_size() != static_cast<int>(kRejectReasons)) {
    return Unreadable("is from another version, with other series");
  }
  History loaded;
  if (in.codes_size() > static_cast<int>(kCodeSlotsMax) || in.begin_s() <= 0 ||
      in.last_s() < in.begin_s() || !loaded.minutes_.Load(in.minutes(), kSeries) ||
      !loaded.quarters_.Load(in.quarters(), kSeries)) {
    return Unreadable("is damaged");
  }
  for (const internal::TriageCode& code : in.codes()) {
    loaded.codes_.push_back({{.events = code.events(),
                              .late = code.late(),
                              .in_time = code.in_time(),
                              .sessions = code.sessions()},
                             code.first_seen_s(),
                             code.last_seen_s()});
  }
  std::copy(in.lost().begin(), in.lost().end(), loaded.lost_.begin());
  std::copy(in.refused().begin(), in.refused().end(), loaded.rejected_.begin());
  loaded.begin_s_ = in.begin_s();
  loaded.last_s_ = in.last_s();
  *this = std::move(loaded);
  return absl::OkStatus();
}

}  // namespace gmewatch
