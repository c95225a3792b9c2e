#include "tests/evaluation/quiet.h"

#include <chrono>

namespace gmewatch::detect_eval {
namespace {

using SteadyClock = std::chrono::steady_clock;

void Watch(Rule& rule, const std::vector<uint32_t>& counts, int64_t measured, size_t baseline,
           QuietTally* tally) {
  bool active = false;
  const auto begin = SteadyClock::now();
  Feed(rule, counts, [&](int64_t tick, const Step& step) {
    ++tally->ticks;
    if (step.active && !active) ++(tick < measured ? tally->first_weeks : tally->alarms[baseline]);
    if (step.active && tick >= measured) ++tally->active_ticks;
    active = step.active;
  });
  tally->seconds += std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

void Merge(const QuietTally& from, QuietTally* into) {
  into->first_weeks += from.first_weeks;
  for (size_t i = 0; i < from.alarms.size(); ++i) into->alarms[i] += from.alarms[i];
  into->active_ticks += from.active_ticks;
  into->ticks += from.ticks;
  into->seconds += from.seconds;
}

}  // namespace

std::vector<QuietTally> RunQuiet(const RunSettings& settings,
                                 const std::vector<Contender>& contenders) {
  std::vector<std::vector<QuietTally>> by_worker(kThreadsMax,
                                                 std::vector<QuietTally>(contenders.size()));
  std::vector<std::vector<uint32_t>> buffers(kThreadsMax);
  ForEachSeries(settings.quiet_series, settings.threads, [&](size_t worker, int64_t index) {
    Simulate(PlanSeries(settings, Part::kQuiet, index), &buffers[worker]);
    for (size_t i = 0; i < contenders.size(); ++i) {
      Watch(*MakeRule(settings, contenders[i]), buffers[worker], settings.learn_weeks * kWeekTicks,
            BaselineOf(index), &by_worker[worker][i]);
    }
  });
  std::vector<QuietTally> tallies(contenders.size());
  for (const std::vector<QuietTally>& worker : by_worker) {
    for (size_t i = 0; i < tallies.size(); ++i) Merge(worker[i], &tallies[i]);
  }
  return tallies;
}

}  // namespace gmewatch::detect_eval
