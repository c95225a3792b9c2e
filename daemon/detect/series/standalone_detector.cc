#include "daemon/detect/series/standalone_detector.h"

#include <algorithm>
#include <vector>

#include "absl/time/time.h"

namespace gmewatch {
namespace {

// A file does not say which sessions reported, so all of its rises count as those of many.
constexpr uint32_t kManySessions = UINT32_MAX;

}  // namespace

StandaloneDetector::StandaloneDetector(const DetectSettings& settings, double series)
    : model_([&] {
        SeriesModel model(settings);
        model.SetSeriesCount(series);
        return model;
      }()),
      recurrence_(absl::ToDoubleSeconds(settings.tick)),
      traffic_(absl::ToDoubleSeconds(settings.tick)) {
  traffic_.Resize(1);
}

Observation StandaloneDetector::Observe(int64_t tick_number, uint64_t count,
                                        std::optional<uint64_t> successes) {
  const auto tick = static_cast<uint32_t>(tick_number);
  if (!state_.has_value()) state_ = model_.NewSeries(tick, 0);
  if (model_.times().HourOf(tick) != model_.times().HourOf(state_->tick)) EndHour();
  SeriesModel::Skip(tick - 1, &*state_);
  CountTraffic(tick, count, successes);
  const float exposure = traffic_.Now(0);
  Observation out;
  out.expected = model_.Expected(tick, own(), nullptr, *state_) * exposure;
  model_.Advance({.tick = tick, .sessions = kManySessions, .events = count, .exposure = exposure},
                 own(), nullptr, &*state_);
  out.score = model_.Score(*state_);
  if (rise_.has_value() && state_->phase != SeriesPhase::kSpike) {
    recurrence_.Add(*rise_);
    rise_.reset();
  }
  out.active = state_->phase == SeriesPhase::kSpike && !IsExpected(tick);
  if (out.active) out.since = state_->rise.start();
  return out;
}

bool StandaloneDetector::IsExpected(uint32_t tick) {
  const Rise& rise = state_->rise;
  const bool high = !rise_.has_value() || rise.IsHigh();
  rise_ = {.start = rise.start(),
           .end = tick + 1,
           .factor = high ? rise.factor() : rise_->factor,
           .score = rise.score()};
  const auto all = [](uint32_t /*row*/) { return true; };
  const double factor = recurrence_.FactorAt(0, tick, all);
  rise_->recurred = factor > 1 && model_.IsWithin(kExpectedFactor * factor, *state_);
  return rise_->recurred || rise.score() < recurrence_.RequiredScore(0, tick, all);
}

void StandaloneDetector::EndHour() {
  if (model_.EndHour(state_->tick, own(), nullptr, &*state_)) {
    state_->season = 0;
    season_.emplace();
  }
  const double changed = traffic_.EndHour(0);
  if (changed == 0) {
    Flatten();
  } else {
    SeriesModel::ScaleLevel(changed, &*state_);
  }
}

void StandaloneDetector::CountTraffic(uint32_t tick, uint64_t count,
                                      std::optional<uint64_t> successes) {
  // To Traffic an error without any success means that the successes are not known; nothing at all
  // would be a pause.
  if (successes.has_value()) {
    traffic_.Add(0, *successes, count);
  } else {
    traffic_.Add(0, 0, std::max<uint64_t>(count, 1));
  }
  std::vector<uint32_t> begun;
  traffic_.EndTick(tick, 1, &begun);
  if (!begun.empty()) Flatten();
}

}  // namespace gmewatch
