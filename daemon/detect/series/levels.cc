#include "daemon/detect/series/levels.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "daemon/detect/series/change_points.h"
#include "daemon/detect/series/likelihood_ratio.h"

namespace gmewatch {
namespace {

// The level's memory in hours: a half-life of a week, or a third of that if the series has a season
// of its own, which tells the hours of the week apart. The lowest level is an event in some
// thousand years.
constexpr double kHoursMax = 242;
constexpr double kHoursOfSeason = 80;
constexpr float kLowest = 1e-10F;

// Hours until the level is trusted, and until it is known from a day.
constexpr float kTrustHours = 24;
constexpr float kDayHours = 23.5F;

// A level that was known for as long as this is usual: a return to it is no rise, even if it is the
// higher one. Levels closer than kApart cannot be distinguished while rates wander.
constexpr float kUsualHours = 72;
constexpr float kApart = 1.6F;
constexpr double kReturnShare = 1.5;  // of the threshold, for a return to the lower level
constexpr float kBackHours = 168;     // how well the level is known after a return

}  // namespace

Levels::Levels(double level, double hours) : level_(static_cast<float>(level)) {
  hours_ = static_cast<float>(hours);
}

Levels Levels::OfFirstTicks(float events, float exposure, float ticks, double hours) {
  return {(events + 0.5F) / (exposure * (1 + 0.5F / ticks)), hours};
}

Levels Levels::OfSilence(double ticks, double hours) { return {0.5 / (ticks + 0.5), hours}; }

bool Levels::IsTrusted() const { return hours_ >= kTrustHours; }

bool Levels::KnowsADay() const { return hours_ >= kDayHours; }

double Levels::Error(double hour, double vmr) const { return 1 / (hour * hours_ / vmr + 0.5); }

float Levels::Learn(double ratio, double hours, Season season) {
  const double memory = season == Season::kKnown ? kHoursOfSeason : kHoursMax;
  const double known = std::min<double>(hours_, memory);
  float moved = 1;
  if (season != Season::kFirstWeek) {
    const auto by = static_cast<float>(1 + hours / (known + hours) * (ratio - 1));
    const float before = std::exchange(level_, std::max(level_ * by, kLowest));
    moved = level_ / before;
  }
  hours_ = static_cast<float>(std::min(known + hours, memory));
  return moved;
}

void Levels::Scale(double ratio) {
  level_ *= static_cast<float>(ratio);
  other_ = other_ * static_cast<float>(ratio);
}

void Levels::Set(double level) {
  level_ = std::max(static_cast<float>(level), kLowest);
  other_ = 0;
  hours_ = 1;
}

void Levels::Rebase(double factor) {
  // One level is kept beside the new one: the one that was usual.
  if (other_ <= 0 || hours_ >= kUsualHours) other_ = level_;
  level_ *= static_cast<float>(factor);
  if (level_ < kApart * other_) other_ = 0;
  hours_ = 1;
}

bool Levels::IsReturn(const Stretch& rise, double vmr, double threshold) const {
  if (other_ <= level_) return false;
  const double expected = kMinFactor * static_cast<double>(rise.base) * other_ / level_;
  return LogLikelihoodRatio(rise.events, expected, vmr, 0) < threshold;
}

bool Levels::IsBack(double events, double base, double vmr, double threshold) {
  if (other_ <= 0 || other_ >= level_) return false;
  const double ratio = other_ / level_;
  const double gain = (events * std::log(ratio) + (1 - ratio) * base) / vmr;
  back_llr_ = std::max(back_llr_ + static_cast<float>(gain), 0.0F);
  // It is looked for at any time while rates wander, so it takes more than an alarm.
  return back_llr_ >= kReturnShare * threshold;
}

void Levels::Swap() {
  const float left = level_;
  level_ = other_;
  // A level that did not last was an outage, or a try.
  other_ = hours_ >= kUsualHours ? left : 0.0F;
  hours_ = kBackHours;
  back_llr_ = 0;
}

bool Levels::IsSound() const {
  for (const float number : {level_, float{hours_}, float{other_}, float{back_llr_}}) {
    if (!std::isfinite(number) || number < 0) return false;
  }
  return level_ > 0;
}

}  // namespace gmewatch
