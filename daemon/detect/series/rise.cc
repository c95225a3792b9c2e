#include "daemon/detect/series/rise.h"

#include <cmath>

#include "daemon/detect/series/likelihood_ratio.h"

namespace gmewatch {
namespace {

// The log-likelihood ratio, in nats, at which a rise is over. It is capped: more would only delay
// the detection of a second rise.
constexpr float kEndLlr = 6;
constexpr float kEndLlrMax = 9;

// A rise goes on at its rate, which may wander by kWander, and is above kLowestFactor times the
// expected rate; where its recent rate is lower, not above kHighestFactor times. It is over at
// kOverFactor times the expected rate.
constexpr double kWander = 1.3;
constexpr double kLowestFactor = 1.6;
constexpr double kHighestFactor = 8;
constexpr double kOverFactor = 1.2;

// A release changes the rate of a code by up to this; what is more is taken for an outage, for a
// week.
constexpr double kReleaseFactor = 5;
constexpr double kOutageHours = 168;

}  // namespace

Rise::Rise(uint32_t start, uint32_t tick, double events, double expected, double score)
    : start_(start),
      quiet_since_(tick + 1),
      events_(static_cast<float>(events)),
      expected_(static_cast<float>(expected)),
      recent_events_(events_),
      recent_expected_(expected_),
      score_(static_cast<float>(score)) {}

void Rise::Count(float events, float expected, float kept) {
  events_ += events;
  expected_ += expected;
  recent_events_ = recent_events_ * kept + events;
  recent_expected_ = recent_expected_ * kept + expected;
}

void Rise::Test(float events, float expected, float vmr, uint32_t after) {
  const double recent = recent_events_ / recent_expected_ / kWander;
  const double high =
      std::clamp(events_ / expected_ / kWander, kLowestFactor, std::max(kHighestFactor, recent));
  const double low = kOverFactor;
  const double gain = ((high - low) * expected - events * std::log(high / low)) / vmr;
  end_llr_ = std::clamp(end_llr_ + static_cast<float>(gain), 0.0F, kEndLlrMax);
  if (end_llr_ == 0) quiet_since_ = after;
}

bool Rise::IsOver(uint32_t after, double resolve_ticks) const {
  return end_llr_ >= kEndLlr && after - quiet_since_ >= resolve_ticks;
}

bool Rise::IsNewLevel(uint32_t after, double rebaseline_ticks, double ticks_per_hour) const {
  const double lasted = after - start_;
  if (lasted < rebaseline_ticks) return false;
  return events_ <= kReleaseFactor * expected_ || lasted >= kOutageHours * ticks_per_hour;
}

bool Rise::IsWithin(double factor, float vmr, double threshold) const {
  return LogLikelihoodRatio(recent_events_, factor * recent_expected_, vmr, 0) < threshold;
}

bool Rise::IsSound() const {
  for (const float number :
       {events_, expected_, recent_events_, recent_expected_, end_llr_, score_}) {
    if (!std::isfinite(number)) return false;
  }
  return true;
}

}  // namespace gmewatch
