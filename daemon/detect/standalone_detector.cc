#include "daemon/detect/standalone_detector.h"

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
      }()) {}

Observation StandaloneDetector::Observe(int64_t tick_number, uint64_t count) {
  const auto tick = static_cast<uint32_t>(tick_number);
  if (!state_.has_value()) state_ = model_.NewSeries(tick, 0);
  Season* own = season_.has_value() ? &*season_ : nullptr;
  const bool hour_ends = model_.HourOf(tick) != model_.HourOf(state_->tick);
  if (hour_ends && model_.EndHour(state_->tick, own, nullptr, &*state_)) {
    state_->season = 0;
    own = &season_.emplace();
  }
  SeriesModel::Skip(tick - 1, &*state_);
  Observation out;
  out.expected = model_.Expected(tick, own, nullptr, *state_);
  model_.Advance({.tick = tick, .sessions = kManySessions, .events = count}, own, nullptr,
                 &*state_);
  out.score = model_.Score(*state_);
  out.active = state_->phase == SeriesPhase::kSpike;
  if (out.active) out.since = state_->rise.start;
  return out;
}

}  // namespace gmewatch
