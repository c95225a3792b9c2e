#include "tests/evaluation/poisson_tail.h"

#include <cmath>

#include "tests/support/random.h"

namespace gmewatch::detect_eval {
namespace {

constexpr double kWeekSeconds = 7 * 86'400;
constexpr double kLn10 = 2.302585092994046;

}  // namespace

double LogPoissonTail(double count, double mean) {
  double term = 1;
  double sum = 1;
  for (double k = count + 1; term > 1e-12 * sum; ++k) {
    term *= mean / k;
    sum += term;
  }
  const double log_of_first = count * std::log(mean) - mean - LogFactorial(count);
  return (log_of_first + std::log(sum)) / kLn10;
}

PoissonTail::PoissonTail(const RuleSetting& setting)
    : threshold_(setting.threshold.value_or(std::log10(
          setting.series * kWeekSeconds / (setting.tick_seconds * setting.false_alarms_a_week)))),
      counts_(setting.tick_seconds, 1) {}

Step PoissonTail::Observe(int64_t tick, uint64_t count) {
  const auto value = static_cast<double>(count);
  const int64_t seen = counts_.last_hour_ticks();
  double score = 0;
  double mean = 0;
  if (2 * seen >= counts_.ticks_per_hour()) {
    mean = (counts_.last_hour() + 1) / static_cast<double>(seen);
    const double above = value - mean;
    if (above > 0 && above * above > 9 * mean) score = -LogPoissonTail(value, mean);
  }
  counts_.Add(tick, count);
  return condition_.Verdict(tick, mean, score, score > threshold_);
}

}  // namespace gmewatch::detect_eval
