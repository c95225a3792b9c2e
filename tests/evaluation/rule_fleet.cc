#include "tests/evaluation/rule_fleet.h"

#include <algorithm>

namespace gmewatch::detect_eval {
namespace {

RuleSetting SettingFor(const RunSettings& settings, const Contender& contender) {
  RuleSetting setting;
  setting.tick_seconds = kTickSeconds;
  setting.series = static_cast<double>(kRows) * kErrorCodes;
  setting.false_alarms_a_week = settings.false_alarms_a_week;
  setting.threshold = contender.threshold;
  return setting;
}

FleetPlace Join(const FleetPlace& a, const FleetPlace& b) {
  return {a.app == b.app ? a.app : kAll, a.region == b.region ? a.region : kAll};
}

}  // namespace

RuleFleet::RuleFleet(const RunSettings& settings, const Contender& contender)
    : counts_(kRows * kErrorCodes), steps_(kRows) {
  const RuleSetting setting = SettingFor(settings, contender);
  for (size_t i = 0; i < counts_.size(); ++i) rules_.push_back(contender.entry.make(setting));
}

void RuleFleet::Observe(const MonthTick& tick, std::vector<ActiveLine>* active) {
  std::fill(counts_.begin(), counts_.end(), 0);
  for (const CellGain& gain : tick.gains) {
    const FleetPlace& place = FleetRows()[gain.place];
    uint64_t* const rows = &counts_[(gain.slot - 1) * kRows];
    rows[gain.place] += gain.events;
    rows[kLeaves + static_cast<size_t>(place.app)] += gain.events;
    rows[kLeaves + kApps + static_cast<size_t>(place.region)] += gain.events;
    rows[kRows - 1] += gain.events;
  }
  active->clear();
  const auto ticks = static_cast<uint64_t>(tick.ticks);
  for (int code = 1; code <= kErrorCodes; ++code) {
    const size_t first = static_cast<size_t>(code - 1) * kRows;
    bool any = false;
    for (size_t row = 0; row < kRows; ++row) {
      const uint64_t count = (counts_[first + row] + ticks / 2) / ticks;
      steps_[row] = rules_[first + row]->Observe(tick.tick, count);
      any = any || steps_[row].active;
    }
    if (any) active->push_back(LineOf(code, steps_));
  }
}

ActiveLine RuleFleet::LineOf(int code, const std::vector<Step>& steps) const {
  ActiveLine line;
  line.code = code;
  bool found = false;
  for (size_t row = 0; row < kRows; ++row) {
    if (!steps[row].active) continue;
    if (found && row >= kLeaves) break;
    line.place = found ? Join(line.place, FleetRows()[row]) : FleetRows()[row];
    line.since = found ? std::min(line.since, steps[row].since) : steps[row].since;
    found = true;
  }
  return line;
}

}  // namespace gmewatch::detect_eval
