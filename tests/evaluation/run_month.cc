#include "tests/evaluation/run_month.h"

#include <chrono>
#include <memory>

#include "tests/evaluation/fleet_rule.h"
#include "tests/evaluation/line_log.h"

namespace gmewatch::detect_eval {
namespace {

using SteadyClock = std::chrono::steady_clock;

double SecondsSince(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

// A rule and what it has reported so far.
struct Watch {
  std::unique_ptr<FleetRule> rule;
  LineLog log;
  double seconds = 0;
};

MonthRun RunMonth(const RunSettings& settings, uint64_t seed,
                  const std::vector<Contender>& contenders) {
  std::vector<Watch> watches;
  for (const Contender& contender : contenders) {
    watches.push_back({MakeFleetRule(settings, contender), {}, 0});
  }
  Month month(seed, settings.days);
  MonthRun run;
  run.seed = seed;
  run.plan = month.plan();
  std::vector<ActiveLine> active;
  auto begin = SteadyClock::now();
  for (MonthTick tick; month.Next(&tick); begin = SteadyClock::now()) {
    run.seconds += SecondsSince(begin);
    for (Watch& watch : watches) {
      begin = SteadyClock::now();
      watch.rule->Observe(tick, &active);
      watch.seconds += SecondsSince(begin);
      watch.log.Observe(tick.tick, active);
    }
  }
  run.labels = month.labels();
  for (const Watch& watch : watches) {
    run.tallies.push_back(ScoreMonth(run.plan, run.labels, watch.log.lines()));
    run.tallies.back().seconds = watch.seconds;
  }
  return run;
}

}  // namespace

std::vector<MonthRun> RunMonths(const RunSettings& settings,
                                const std::vector<Contender>& contenders) {
  std::vector<MonthRun> runs(static_cast<size_t>(settings.months));
  ForEachSeries(settings.months, settings.threads, [&](size_t /*worker*/, int64_t index) {
    runs[static_cast<size_t>(index)] =
        RunMonth(settings, settings.seed + static_cast<uint64_t>(index), contenders);
  });
  return runs;
}

}  // namespace gmewatch::detect_eval
