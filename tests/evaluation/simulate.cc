#include "tests/evaluation/simulate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/support/random.h"

namespace gmewatch::detect_eval {
namespace {

// Streams of a series' seed, so that a change of one part does not change the others.
enum Stream : uint64_t { kShape = 1, kCounts, kGaps };

constexpr int64_t kMinuteTicks = 60 / kTickSeconds;

double SmoothStep(double x) {
  x = std::clamp(x, 0.0, 1.0);
  return x * x * (3 - 2 * x);
}

// Marks single ticks and runs of ticks as missing.
void CutGaps(const SeriesPlan& plan, std::vector<uint32_t>* counts) {
  Random random(MixSeed(plan.seed, kGaps));
  const auto cut = [&](double every, int64_t low, int64_t high) {
    auto tick = static_cast<double>(0);
    while ((tick -= every * std::log(random.Uniform())) < static_cast<double>(plan.ticks)) {
      const auto first = static_cast<int64_t>(tick);
      const int64_t last = std::min(plan.ticks, first + random.Integer(low, high));
      for (int64_t i = first; i < last; ++i) (*counts)[static_cast<size_t>(i)] = kMissing;
    }
  };
  if (plan.single_gap_share > 0) cut(1 / plan.single_gap_share, 1, 1);
  if (plan.long_gaps_a_week > 0) {
    cut(static_cast<double>(kWeekTicks) / plan.long_gaps_a_week, 5 * kMinuteTicks,
        30 * kMinuteTicks);
  }
}

}  // namespace

double Spike::FactorAt(int64_t tick) const {
  if (!ramp) return factor;
  const double risen = 2 * static_cast<double>(tick - start + 1) / static_cast<double>(length);
  return 1 + (factor - 1) * std::min(1.0, risen);
}

Level::Level(const SeriesPlan& plan) : baseline_(plan.baseline), release_(plan.release) {
  Random random(MixSeed(plan.seed, kShape));
  daily_height_ = 0.5 * std::log(random.Uniform(1, plan.daily_range_max));
  daily_phase_ = random.Uniform();
  weekend_factor_ = random.Uniform(1, plan.weekend_factor_max);
  // The mean of exp(h cos x) is the Bessel function I0(h), of which three terms are plenty.
  const double quarter = daily_height_ * daily_height_ / 4;
  const double bessel = 1 + quarter + quarter * quarter / 4 + quarter * quarter * quarter / 36;
  scale_ = 1 / (bessel * (1 + (weekend_factor_ - 1) * 2 / 7));
  const double drift_max = std::log(plan.drift_a_week_max);
  double log_drift = 0;
  for (int64_t week = 0; week <= plan.ticks / kWeekTicks + 1; ++week) {
    log_drift_.push_back(log_drift);
    log_drift += random.Uniform(-drift_max, drift_max);
  }
}

// 1 on a weekend, 0 on other days; the transition takes six hours.
double Level::WeekendShare(int64_t tick) const {
  double hour = static_cast<double>(tick % kWeekTicks) / static_cast<double>(kHourTicks);
  if (hour < 3) hour += 168;
  return SmoothStep((hour - 117) / 6) - SmoothStep((hour - 165) / 6);
}

double Level::At(int64_t tick) const {
  const double day = static_cast<double>(tick % kDayTicks) / static_cast<double>(kDayTicks);
  const double weeks = static_cast<double>(tick) / static_cast<double>(kWeekTicks);
  const auto week = static_cast<size_t>(weeks);
  const double into_week = weeks - static_cast<double>(week);
  const double logarithm = daily_height_ * std::cos(2 * std::numbers::pi * (day - daily_phase_)) +
                           log_drift_[week] + into_week * (log_drift_[week + 1] - log_drift_[week]);
  return baseline_ * scale_ * std::exp(logarithm) *
         (1 + (weekend_factor_ - 1) * WeekendShare(tick)) *
         (tick >= release_.tick ? release_.factor : 1);
}

void Simulate(const SeriesPlan& plan, std::vector<uint32_t>* counts) {
  const Level level(plan);
  CountSource source(plan.variance_ratio, MixSeed(plan.seed, kCounts));
  counts->resize(static_cast<size_t>(plan.ticks));
  auto spike = plan.spikes.begin();
  double mean = 0;
  bool in_spike = false;
  for (int64_t tick = 0; tick < plan.ticks; ++tick) {
    const bool new_minute = tick % kMinuteTicks == 0;
    if (new_minute) mean = level.At(tick);
    while (spike != plan.spikes.end() && tick >= spike->end()) ++spike;
    const bool was_in_spike = in_spike;
    in_spike = spike != plan.spikes.end() && tick >= spike->start;
    if (in_spike) {
      source.SetMean(mean * spike->FactorAt(tick));
    } else if (new_minute || was_in_spike) {
      source.SetMean(mean);
    }
    (*counts)[static_cast<size_t>(tick)] = source.Next();
  }
  CutGaps(plan, counts);
}

double ExpectedExcess(const Level& level, const Spike& spike, const std::vector<uint32_t>& counts) {
  double sum = 0;
  for (int64_t tick = spike.start; tick < spike.end(); ++tick) {
    if (counts[static_cast<size_t>(tick)] == kMissing) continue;
    sum += (spike.FactorAt(tick) - 1) * level.At(tick);
  }
  return sum;
}

}  // namespace gmewatch::detect_eval
