// How the parts of the evaluation run over their series.
//
// Thread safety: ForEachSeries calls `visit` from several threads at once, each with its own worker
// number; all of them have ended when it returns.
#ifndef GMEWATCH_TESTS_EVALUATION_RUN_H_
#define GMEWATCH_TESTS_EVALUATION_RUN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "tests/evaluation/rules.h"
#include "tests/evaluation/simulate.h"

namespace gmewatch::detect_eval {

inline constexpr std::array<double, 5> kBaselines = {0.01, 0.1, 1, 10, 100};  // events a tick
inline constexpr std::array<double, 3> kVarianceRatios = {1, 1.5, 3};
inline constexpr std::array<double, 5> kFactors = {1.5, 2, 3, 5, 10};
inline constexpr int kThreadsMax = 2;

struct RunSettings {
  uint64_t seed = 1;
  double false_alarms_a_week = 1;  // the budget
  double budget_series = 5'000;    // the series that share it
  int64_t quiet_series = 5'000;
  int64_t learn_weeks = 2;
  int64_t measured_weeks = 1;
  int64_t spikes_per_cell = 400;
  int64_t releases = 600;
  int64_t months = 3;  // of a fleet
  int64_t days = 30;   // of a month
  int threads = kThreadsMax;
};

// Part of the seed, so that no two parts simulate the same series.
enum class Part : uint64_t { kQuiet = 1, kSpikes, kReleases };

// Returns a plan whose baseline and variance ratio follow from the index: 15 consecutive series
// have each pair once.
SeriesPlan PlanSeries(const RunSettings& settings, Part part, int64_t index);

inline size_t BaselineOf(int64_t index) { return static_cast<size_t>(index) % kBaselines.size(); }

// Returns a new rule for one series with ticks of 10 s.
std::unique_ptr<Rule> MakeRule(const RunSettings& settings, const Contender& contender);

void ForEachSeries(int64_t series, int threads,
                   const std::function<void(size_t worker, int64_t index)>& visit);

// Calls visit(tick, step) for each tick that has data.
template <typename Visit>
void Feed(Rule& rule, const std::vector<uint32_t>& counts, Visit&& visit) {
  for (size_t tick = 0; tick < counts.size(); ++tick) {
    if (counts[tick] == kMissing) continue;
    const auto number = static_cast<int64_t>(tick);
    visit(number, rule.Observe(number, counts[tick]));
  }
}

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_RUN_H_
