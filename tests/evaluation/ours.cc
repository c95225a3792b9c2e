#include "tests/evaluation/ours.h"

namespace gmewatch::detect_eval {
namespace {

DetectSettings SettingsFor(const RuleSetting& setting) {
  DetectSettings settings;
  settings.tick = absl::Seconds(setting.tick_seconds);
  settings.false_alarms_per_week = setting.false_alarms_a_week;
  return settings;
}

}  // namespace

Ours::Ours(const RuleSetting& setting) : detector_(SettingsFor(setting), setting.series) {}

Step Ours::Observe(int64_t tick, uint64_t count) {
  const Observation seen = detector_.Observe(tick, count);
  return {seen.expected, seen.score, seen.active, seen.since};
}

}  // namespace gmewatch::detect_eval
