#include "daemon/detect/series/season_learner.h"

#include <algorithm>

namespace gmewatch {
namespace {

// An hour with a rise is learned as at most this share of its expectation: what rises every week in
// the same hour becomes part of the season after some weeks.
constexpr double kHourCap = 1.5;

// Weights, in events * vmr, of what is known about an hour before it is seen: from the day before,
// from that and its neighbours, and from the profile of the whole week. After the first week an
// hour moves by kGain of the way to its new estimate.
constexpr double kYesterdayEvents = 5;
constexpr double kNeighbourEvents = 30;
constexpr double kProfileEvents = 60;
constexpr double kGain = 0.5;

// Estimates a factor from `events`, of which a factor of 1 would have brought `flat`, and a prior
// with the weight of `prior_events` events.
double EstimateFactor(double events, double flat, double prior, double prior_events) {
  return (events + prior_events * prior) / (flat + prior_events);
}

}  // namespace

float SeasonLearner::Learn(const FinishedHour& hour, uint8_t hours) {
  const double events = hour.rose ? std::min(hour.events, kHourCap * hour.expected) : hour.events;
  if (hours < kHoursPerWeek) return LearnFirstWeek(hour, events, hours);
  const double flat = hour.base / season_->OfHour(hour.of_week);
  const double profile = season_->Profile(hour.of_week);
  season_->Learn(hour.of_week, EstimateFactor(events, flat, profile, kProfileEvents * vmr_), kGain);
  return 1;
}

float SeasonLearner::LearnFirstWeek(const FinishedHour& hour, double events, uint8_t hours) {
  const double flat = hour.base / season_->OfHour(hour.of_week);
  const double before = season_->OfHour(hour.of_week);
  const double around = season_->Around(hour.of_week);
  double ahead = EstimateFactor(events, flat, around, kNeighbourEvents * vmr_);
  if (hour.rose) ahead = before + kGain * (ahead - before);
  // The hour itself is kept nearly as it was; it is shrunk to the profile when the week is over.
  const double kept = EstimateFactor(events, flat, before, kYesterdayEvents * vmr_);
  season_->Learn(hour.of_week, hour.rose ? ahead : kept, 1);
  season_->SetAhead(hour.of_week, 6U - hours / 24U, ahead);
  if (hours >= 24 || hour.rose) return 1;
  // On the first day the best estimate of the remaining hours is this hour.
  season_->Multiply(hour.of_week + 1, 23U - hours, ahead / before);
  return static_cast<float>(ahead / before);
}

void SeasonLearner::Skip(size_t hour_of_week, uint8_t hours, double factor) {
  if (hours < kHoursPerWeek) season_->Multiply(hour_of_week, 1, factor);
}

void SeasonLearner::EndFirstWeek(double hour) {
  season_->ShrinkToProfile(hour, kProfileEvents * vmr_);
}

}  // namespace gmewatch
