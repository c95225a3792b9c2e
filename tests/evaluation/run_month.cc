#include "tests/evaluation/run_month.h"

#include <ctime>
#include <memory>
#include <utility>

#include "tests/evaluation/fleet_rule.h"
#include "tests/evaluation/line_log.h"

namespace gmewatch::detect_eval {
namespace {

// Processor time of this thread.
double Seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
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
  watches.reserve(contenders.size());
  for (const Contender& contender : contenders) {
    watches.push_back({MakeFleetRule(settings, contender), {}, 0});
  }
  Month month(seed, settings.days);
  MonthRun run;
  run.seed = seed;
  run.plan = month.plan();
  std::vector<ActiveLine> active;
  double before = Seconds();
  const auto lap = [&before] {
    const double now = Seconds();
    return now - std::exchange(before, now);
  };
  for (MonthTick tick; month.Next(&tick);) {
    run.seconds += lap();
    for (Watch& watch : watches) {
      watch.rule->Observe(tick, &active);
      watch.log.Observe(tick.tick, active);
      watch.seconds += lap();
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
