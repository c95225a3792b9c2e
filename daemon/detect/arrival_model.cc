#include "daemon/detect/arrival_model.h"

#include <math.h>  // lgamma_r

#include <algorithm>
#include <cmath>

namespace gmewatch {
namespace {

// The recent level is a mean over this many ticks. Half: a proof must be found sooner, since the
// level falls while reports stop. Twice: it lags twice as far behind an evening's decline.
constexpr double kLevelTicks = 60;
// The level is used once this share of them is known.
constexpr double kKnownShare = 0.6;
// Rates wander by 30 % within the level's memory.
constexpr double kWander = 0.7;
// At least this share of what the least of the past days brought is expected. So a stop that begins
// in a quiet night is found in the morning, and a day with a tenth of it is no stop.
constexpr double kDayShare = 0.3;
// What is tested: that this share of the expected arrivals is left. Up to a share of 0.2 the
// evidence grows, so a place that loses 90 % of its reports has stopped, too.
constexpr double kStoppedShare = 0.01;
// Without a past day only a complete stop counts: at most this share in each of its ticks.
constexpr double kNoneShare = 0.001;
// That reports are back needs odds of 1,000 to 1.
constexpr double kBackScore = 7;
// Without a past day the level of a stopped place halves in this time, so that a return in the
// night counts.
constexpr double kFadeSeconds = 3600;
// The dispersion is that of minutes, over a day. A minute is long enough for clients that report
// together, and short beside the level's memory.
constexpr double kMinuteSeconds = 60;
constexpr double kDispersionMinutes = 1440;
// What is assumed at first, with the weight of this many arrivals.
constexpr double kFirstDispersion = 4;
constexpr double kFirstWeight = 200;
// Below it the level is zero; floats much smaller are slow.
constexpr float kNothing = 1e-9F;
// The negative binomial becomes a Poisson distribution at 1.
constexpr double kDispersionMin = 1.1;

double LogGamma(double x) {
  int sign = 0;
  return lgamma_r(x, &sign);
}

// Log-likelihood ratio of `arrivals`, negative binomial: that kStoppedShare of them is left,
// against that all are.
double StopEvidence(double arrivals, double expected, double dispersion) {
  const double all = expected / (dispersion - 1);
  const double left = kStoppedShare * all;
  const double silence = (all - left) * std::log(dispersion);
  if (arrivals == 0) return silence;
  return silence + LogGamma(arrivals + left) - LogGamma(left) - LogGamma(arrivals + all) +
         LogGamma(all);
}

}  // namespace

double ArrivalModel::Dispersion() const {
  return std::max(kDispersionMin, (learned_.deviations + kFirstWeight * kFirstDispersion) /
                                      (learned_.expected + kFirstWeight));
}

double ArrivalModel::Expected(double seconds) const {
  const double least = least_.rate * seconds;
  const double floor = least_.days >= 2 ? kDayShare * least : 0;
  if (learned_.ticks < kKnownShare * kLevelTicks) return floor;
  const double recent = learned_.arrivals / learned_.ticks;
  return std::max(floor, kWander * (least_.days == 0 ? recent : std::min(recent, least)));
}

double ArrivalModel::Usual(double seconds) const {
  const Learned& learned = quiet() ? before_ : learned_;
  const double recent = learned.ticks > 0 ? learned.arrivals / learned.ticks : 0;
  return std::max(recent, least_.rate * seconds);
}

void ArrivalModel::Tick(double arrivals, double seconds, double threshold, bool held) {
  const double expected = Expected(seconds);
  if (expected > 0) Watch(arrivals, expected, threshold);
  ++quarter_ticks_;
  quarter_arrivals_ += static_cast<float>(arrivals);
  if (stopped_ || held) {
    ++quarter_stopped_ticks_;
    if (least_.days > 0) return;
    learned_.arrivals *= static_cast<float>(std::exp2(-seconds / kFadeSeconds));
  } else {
    Learn(arrivals, seconds);
  }
}

void ArrivalModel::Watch(double arrivals, double expected, double threshold) {
  if (!stopped_ && score_ == 0 && arrivals >= expected) {
    heard_ = true;
    return;
  }
  const auto evidence = static_cast<float>(StopEvidence(arrivals, expected, Dispersion()));
  if (stopped_) {
    back_score_ = std::max(0.0F, back_score_ - evidence);
    if (back_score_ >= kBackScore) Resume();
    return;
  }
  if (least_.days == 0 && (arrivals > kNoneShare * expected || !heard_)) {
    score_ = 0;
    heard_ = heard_ || arrivals > 0;
    return;
  }
  if (score_ == 0) {
    before_ = learned_;
    quiet_ticks_ = 0;
  }
  // Bounded, so that one that must not count is soon forgotten.
  score_ = std::clamp(score_ + evidence, 0.0F, static_cast<float>(2 * threshold));
  ++quiet_ticks_;
  if (score_ < threshold || quiet_ticks_ < kQuietTicksMin) return;
  stopped_ = true;
  back_score_ = 0;
  learned_ = before_;
}

void ArrivalModel::Learn(double arrivals, double seconds) {
  const double level = learned_.ticks > 0 ? learned_.arrivals / learned_.ticks : arrivals;
  const auto keep = static_cast<float>(1 - 1 / kLevelTicks);
  learned_.arrivals = keep * learned_.arrivals + static_cast<float>(arrivals);
  if (learned_.arrivals < kNothing) learned_.arrivals = 0;
  learned_.ticks = keep * learned_.ticks + 1;
  if (minute_ticks_ == 0) minute_expected_ = static_cast<float>(level);
  ++minute_ticks_;
  minute_arrivals_ += static_cast<float>(arrivals);
  if (minute_ticks_ * seconds < kMinuteSeconds) return;
  const float expected = minute_expected_ * minute_ticks_;
  const float deviation = minute_arrivals_ - expected;
  // A flood is clipped at three standard deviations, or a stop after it could not be proved.
  const auto most = static_cast<float>(9 * Dispersion() * expected);
  const auto keep_day = static_cast<float>(1 - 1 / kDispersionMinutes);
  learned_.deviations = keep_day * learned_.deviations + std::min(deviation * deviation, most);
  learned_.expected = keep_day * learned_.expected + expected;
  minute_ticks_ = minute_arrivals_ = 0;
}

void ArrivalModel::Interrupt() {
  minute_ticks_ = minute_arrivals_ = 0;
  back_score_ = 0;
  if (stopped_) return;
  if (score_ > 0) learned_ = before_;
  score_ = 0;
}

void ArrivalModel::EndQuarter(int64_t quarter, int64_t next, double seconds) {
  const double seen = quarter_ticks_ * seconds;
  if (2 * seen >= ArrivalRhythm::kQuarterSeconds) {
    const double rate = quarter_arrivals_ / seen;
    if (2 * quarter_stopped_ticks_ > quarter_ticks_) {
      rhythm_.SetSilent(quarter, rate);
    } else {
      rhythm_.SetRate(quarter, rate);
    }
  } else {
    rhythm_.SetUnknown(quarter);
  }
  for (int64_t missed = std::max(quarter + 1, next - ArrivalRhythm::kWeek); missed < next;
       ++missed) {
    rhythm_.SetUnknown(missed);
  }
  quarter_arrivals_ = 0;
  quarter_ticks_ = quarter_stopped_ticks_ = 0;
  BeginQuarter(next);
}

void ArrivalModel::Resume() {
  stopped_ = false;
  score_ = back_score_ = 0;
}

void ArrivalModel::Forget() {
  Resume();
  heard_ = false;
  learned_.arrivals = learned_.ticks = 0;
  rhythm_ = ArrivalRhythm();
  least_ = {};
}

void ArrivalModel::Load(const Learned& learned, bool stopped) {
  learned_ = before_ = learned;
  stopped_ = stopped;
}

}  // namespace gmewatch
