#include "daemon/triage/history.h"

#include <algorithm>

namespace gmewatch {
namespace {

constexpr size_t kRecentMinutes = 10;

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
  // A look right after a minute's end tells of that minute.
  const bool gap = now_s - last_s_ > kGapSeconds;
  if (gap) begin_s_ = now_s;
  const int64_t when_s = gap ? now_s : (last_s_ + std::max(now_s, last_s_)) / 2;
  last_s_ = std::max(last_s_, now_s);
  minutes_.MoveTo(when_s);
  quarters_.MoveTo(when_s);
  return when_s - when_s % 60;
}

void History::Add(const CounterSums& sums, const RejectedByReason& refused, int64_t now_s) {
  const bool first = begin_s_ == 0;
  const int64_t minute_s = MoveTo(now_s);
  const auto count = [this, first](size_t series, uint64_t gain) {
    if (!first) Count(series, gain);
  };

  // What was loaded may know a code that the replay has yet to bring.
  codes_.resize(std::max(codes_.size(), sums.codes().size()));
  for (size_t slot = 0; slot < sums.codes().size(); ++slot) {
    Code& code = codes_[slot];
    const CounterSums::Code& now = sums.codes()[slot];
    count(slot, Gain(now.in_time, &code.sums.in_time));
    count(kLateSeries, Gain(now.late, &code.sums.late));
    code.sums.sessions = std::max(code.sums.sessions, now.sessions);
    const uint64_t events = Gain(now.events, &code.sums.events);
    count(kCountedSeries, events);
    if (events == 0 || first) continue;
    code.last_seen_s = minute_s;
    if (code.first_seen_s == 0 && code.sums.events == events) code.first_seen_s = code.last_seen_s;
  }
  count(kSuccessSeries, Gain(sums.successes(), &successes_));
  for (size_t reason = 0; reason < kLossReasons; ++reason) {
    count(kLostSeries + reason, Gain(sums.lost()[reason], &lost_[reason]));
  }
  for (size_t reason = 0; reason < kRejectReasons; ++reason) {
    count(kRefusedSeries + reason, Gain(refused[reason].events, &refused_[reason]));
  }
}

double History::RateOf(size_t slot) const {
  const int64_t into_minute = std::clamp<int64_t>(last_s_ - minutes_.newest_start_s(), 0, 60);
  const auto now = static_cast<double>(minutes_.At(slot, 0));
  // As if the minute before had been even.
  const double part = static_cast<double>(60 - into_minute) / 60;
  const double before = static_cast<double>(minutes_.At(slot, 1)) * part;
  // A daemon that is younger than a minute has not seen one.
  const int64_t seen = std::clamp<int64_t>(last_s_ - begin_s_, 10, 60);
  return (now + before) / static_cast<double>(seen);
}

CodeNumbers History::Numbers(size_t slot) const {
  const Code& code = codes_[slot];
  CodeNumbers out;
  out.rate = RateOf(slot);
  out.events_5m = minutes_.Sum(slot, 5);
  out.events_1h = minutes_.Sum(slot, kHourSteps);
  out.events_24h = quarters_.Sum(slot, kDaySteps);
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
  out.successes = minutes_.Sum(kSuccessSeries, kRecentMinutes);
  for (size_t reason = 0; reason < kLossReasons; ++reason) {
    out.lost[reason] = minutes_.Sum(kLostSeries + reason, kRecentMinutes);
  }
  for (size_t reason = 0; reason < kRejectReasons; ++reason) {
    out.refused[reason] = minutes_.Sum(kRefusedSeries + reason, kRecentMinutes);
  }
  return out;
}

}  // namespace gmewatch
