#include "daemon/detect/usual_traffic.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace gmewatch {
namespace {

// Half-life of the recent rate. Rates wander by some 30 % within half an hour, so a shorter one
// would show no more than that.
constexpr double kRecentSeconds = 300;
// What is reported is compared with a rise, which may have begun a minute ago.
constexpr double kMinuteSeconds = 60;

// An hour is known if this part of it was watched.
constexpr double kWatchedPart = 0.5;

// A rate is kept in a byte: steps of 10 %, from an operation an hour to four million a second.
constexpr double kSteps = 7.5;
constexpr uint8_t kUnknown = 0;
constexpr double kZero = 1;
constexpr double kHourSeconds = 3600;

uint8_t Pack(double rate) {
  const double step = std::round(kSteps * std::log2(1 + rate * kHourSeconds));
  return static_cast<uint8_t>(std::min(kZero + step, 255.0));
}

// Below 0 if it is not known.
double Unpack(uint8_t packed) {
  static const std::array<double, 256> by_step = [] {
    std::array<double, 256> rates;
    for (size_t step = 0; step < rates.size(); ++step) {
      rates[step] = (std::exp2((static_cast<double>(step) - kZero) / kSteps) - 1) / kHourSeconds;
    }
    rates[kUnknown] = -1;
    return rates;
  }();
  return by_step[packed];
}

double Kept(double fading_per_tick, uint32_t ticks) {
  return ticks == 1 ? fading_per_tick : std::pow(fading_per_tick, ticks);
}

}  // namespace

UsualTraffic::UsualTraffic(double tick_seconds)
    : tick_seconds_(tick_seconds),
      fading_per_tick_(std::exp2(-tick_seconds / kRecentSeconds)),
      minute_fading_per_tick_(std::exp2(-tick_seconds / kMinuteSeconds)) {}

int64_t UsualTraffic::HourOf(uint32_t tick) const {
  return static_cast<int64_t>(tick * tick_seconds_ / kHourSeconds);
}

void UsualTraffic::Add(uint32_t row, double operations, uint32_t ticks) {
  Row& traffic = rows_[row];
  const auto kept = static_cast<float>(Kept(fading_per_tick_, ticks));
  const auto added = static_cast<float>(operations);
  traffic.recent_operations = traffic.recent_operations * kept + added;
  traffic.recent_ticks = traffic.recent_ticks * kept + static_cast<float>(ticks);
  const auto minute_kept = static_cast<float>(Kept(minute_fading_per_tick_, ticks));
  traffic.minute_reported = traffic.minute_reported * minute_kept +
                            static_cast<float>(std::exchange(traffic.reported, 0));
  traffic.minute_ticks = traffic.minute_ticks * minute_kept + static_cast<float>(ticks);
  traffic.hour_operations += added;
  traffic.hour_ticks += static_cast<float>(ticks);
}

void UsualTraffic::EndTick(uint32_t tick) {
  const int64_t before = HourOf(last_tick_ == 0 ? tick : last_tick_ + 1);
  const int64_t hour = HourOf(tick + 1);
  last_tick_ = tick;
  if (hour == before) return;
  for (Row& row : rows_) {
    const double seconds = row.hour_ticks * tick_seconds_;
    const bool watched = seconds >= kWatchedPart * kHourSeconds;
    row.hours[static_cast<size_t>(before % kWeek)] =
        watched ? Pack(row.hour_operations / seconds) : kUnknown;
    row.hour_operations = row.hour_ticks = 0;
    // Those that were not watched at all.
    for (int64_t gap = std::max(before + 1, hour - kWeek); gap < hour; ++gap) {
      row.hours[static_cast<size_t>(gap % kWeek)] = kUnknown;
    }
  }
}

double UsualTraffic::RateBack(const Row& row, int64_t hours) const {
  const auto at = [&row](int64_t hour) {
    return Unpack(row.hours[static_cast<size_t>((hour + kWeek) % kWeek)]);
  };
  // An hour stands for its middle.
  const double of_hour = std::fmod((last_tick_ + 1) * tick_seconds_ / kHourSeconds, 1) - 0.5;
  const int64_t hour = HourOf(last_tick_ + 1) - hours;
  const double here = at(hour);
  const double next = at(of_hour < 0 ? hour - 1 : hour + 1);
  if (here < 0 || next < 0) return here;
  return here + std::abs(of_hour) * (next - here);
}

UsualTraffic::Rates UsualTraffic::At(uint32_t row) const {
  const Row& traffic = rows_[row];
  Rates out;
  if (traffic.recent_ticks == 0) return out;
  out.operations = traffic.recent_operations;
  out.recent = traffic.recent_operations / (traffic.recent_ticks * tick_seconds_);
  if (traffic.minute_ticks > 0) {
    out.reported = traffic.minute_reported / (traffic.minute_ticks * tick_seconds_);
  }
  int days = 0;
  for (const int64_t back : {kDay, 2 * kDay, kWeek}) {
    // The hours of a week back are those that this week replaces: the running one is the oldest.
    const double rate = RateBack(traffic, back);
    if (rate < 0) continue;
    ++days;
    out.usual += rate;
    for (int64_t near = back == kWeek ? 0 : -1; near <= 1; ++near) {
      const int64_t hour = HourOf(last_tick_ + 1) - back + near;
      out.most =
          std::max(out.most, Unpack(traffic.hours[static_cast<size_t>((hour + kWeek) % kWeek)]));
    }
    out.most = std::max(out.most, rate);
  }
  out.known = days > 0;
  if (days > 0) out.usual /= days;
  return out;
}

void UsualTraffic::Save(
    google::protobuf::RepeatedPtrField<internal::UsualTrafficRecord>* out) const {
  for (const Row& row : rows_) {
    internal::UsualTrafficRecord& record = *out->Add();
    if (row.recent_ticks == 0) continue;
    record.set_hours(row.hours.data(), row.hours.size());
    record.set_hour_operations(row.hour_operations);
    record.set_hour_ticks(row.hour_ticks);
    record.set_recent_operations(row.recent_operations);
    record.set_recent_ticks(row.recent_ticks);
    record.set_minute_reported(row.minute_reported);
    record.set_minute_ticks(row.minute_ticks);
  }
}

bool UsualTraffic::Load(
    const google::protobuf::RepeatedPtrField<internal::UsualTrafficRecord>& rows, uint32_t tick) {
  last_tick_ = tick;
  if (static_cast<size_t>(rows.size()) != rows_.size()) return rows.empty();
  for (int i = 0; i < rows.size(); ++i) {
    const internal::UsualTrafficRecord& record = rows[i];
    Row& row = rows_[static_cast<size_t>(i)];
    if (record.hours().empty()) continue;
    row.hour_operations = record.hour_operations();
    row.hour_ticks = record.hour_ticks();
    row.recent_operations = record.recent_operations();
    row.recent_ticks = record.recent_ticks();
    row.minute_reported = record.minute_reported();
    row.minute_ticks = record.minute_ticks();
    bool sound = record.hours().size() == row.hours.size();
    for (const float number : {row.hour_operations, row.hour_ticks, row.recent_operations,
                               row.recent_ticks, row.minute_reported, row.minute_ticks}) {
      sound = sound && std::isfinite(number) && number >= 0;
    }
    if (!sound) {
      rows_.assign(rows_.size(), Row());
      return false;
    }
    std::memcpy(row.hours.data(), record.hours().data(), row.hours.size());
  }
  return true;
}

}  // namespace gmewatch
