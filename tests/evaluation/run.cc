#include "tests/evaluation/run.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/support/random.h"

namespace gmewatch::detect_eval {

SeriesPlan PlanSeries(const RunSettings& settings, Part part, int64_t index) {
  SeriesPlan plan;
  plan.seed =
      MixSeed(MixSeed(settings.seed, static_cast<uint64_t>(part)), static_cast<uint64_t>(index));
  plan.ticks = (settings.learn_weeks + settings.measured_weeks) * kWeekTicks;
  plan.baseline = kBaselines[BaselineOf(index)];
  const size_t ratio = static_cast<size_t>(index) / kBaselines.size() % kVarianceRatios.size();
  plan.variance_ratio = kVarianceRatios[ratio];
  return plan;
}

std::unique_ptr<Rule> MakeRule(const RunSettings& settings, const Contender& contender) {
  RuleSetting setting;
  setting.tick_seconds = kTickSeconds;
  setting.series = settings.budget_series;
  setting.false_alarms_a_week = settings.false_alarms_a_week;
  setting.threshold = contender.threshold;
  return contender.entry.make(setting);
}

void ForEachSeries(int64_t series, int threads,
                   const std::function<void(size_t worker, int64_t index)>& visit) {
  std::atomic<int64_t> next = 0;
  const auto work = [&](size_t worker) {
    for (int64_t index = next++; index < series; index = next++) visit(worker, index);
  };
  std::vector<std::thread> workers;
  for (int i = 1; i < std::clamp(threads, 1, kThreadsMax); ++i) {
    workers.emplace_back(work, static_cast<size_t>(i));
  }
  work(0);
  for (std::thread& worker : workers) worker.join();
}

}  // namespace gmewatch::detect_eval
