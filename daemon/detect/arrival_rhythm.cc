#include "daemon/detect/arrival_rhythm.h"

#include <algorithm>
#include <cmath>

#include "absl/algorithm/container.h"

namespace gmewatch {
namespace {

// Steps of the scale in a doubling: 253 of them reach from one report an hour to four million a
// second.
constexpr double kSteps = 7.5;
constexpr double kHour = 3600;

}  // namespace

void ArrivalRhythm::SetRate(int64_t quarter, double rate) {
  const double step = std::floor(kSteps * std::log2(1 + rate * kHour));
  rates_[IndexOf(quarter)] = static_cast<uint8_t>(std::min(kZero + step, 255.0));
}

void ArrivalRhythm::SetSilent(int64_t quarter, double rate) {
  const bool again = at(quarter - kDay) == kSilent || at(quarter - kWeek) == kSilent;
  if (again) {
    SetRate(quarter, rate);
  } else {
    rates_[IndexOf(quarter)] = kSilent;
  }
}

ArrivalRhythm::Least ArrivalRhythm::LeastAround(int64_t quarter) const {
  Least out;
  uint8_t least = 255;
  for (const int64_t back : {kDay, 2 * kDay, kWeek}) {
    int known = 0;
    for (int64_t near = -kReach; near <= kReach; ++near) {
      // A week back, the quarters from this one on are the oldest that are kept.
      if (back == kWeek && near < 0) continue;
      const uint8_t rate = at(quarter - back + near);
      if (rate < kZero) continue;
      ++known;
      least = std::min(least, rate);
    }
    if (known > kReach / 2) ++out.days;
  }
  if (out.days > 0) out.rate = (std::exp2((least - kZero) / kSteps) - 1) / kHour;
  return out;
}

bool ArrivalRhythm::empty() const {
  return absl::c_all_of(rates_, [](uint8_t rate) { return rate == kUnknown; });
}

absl::string_view ArrivalRhythm::bytes() const {
  return {reinterpret_cast<const char*>(rates_.data()), rates_.size()};
}

bool ArrivalRhythm::Load(absl::string_view bytes) {
  if (bytes.size() != rates_.size()) return false;
  std::copy(bytes.begin(), bytes.end(), rates_.begin());
  return true;
}

}  // namespace gmewatch
