#include "tests/evaluation/calibrate.h"

#include <algorithm>
#include <cmath>

namespace gmewatch::detect_eval {
namespace {

constexpr double kRatio = 1.01;

size_t Levels() {
  return static_cast<size_t>(std::log(AlarmCurve::kThresholdMax) / std::log(kRatio)) + 1;
}

}  // namespace

AlarmCurve::AlarmCurve() : begun_(Levels() + 1) {}

size_t AlarmCurve::LevelAtOrAbove(double score) const {
  if (score <= 1) return 0;
  const double level = std::ceil(std::log(score) / std::log(kRatio));
  return std::min(static_cast<size_t>(level), begun_.size() - 1);
}

void AlarmCurve::Add(double before, double now) {
  if (now <= before || now <= 1) return;
  ++begun_[LevelAtOrAbove(before)];
  --begun_[LevelAtOrAbove(now)];
}

void AlarmCurve::Merge(const AlarmCurve& other) {
  for (size_t i = 0; i < begun_.size(); ++i) begun_[i] += other.begun_[i];
}

std::optional<double> AlarmCurve::Threshold(double allowed) const {
  // From the highest threshold down to the first one with too many alarms. Far below it few alarms
  // begin, because they hardly ever end.
  std::vector<int64_t> alarms(Levels());
  int64_t sum = 0;
  for (size_t i = 0; i < alarms.size(); ++i) alarms[i] = sum += begun_[i];
  size_t level = alarms.size();
  while (level > 0 && static_cast<double>(alarms[level - 1]) <= allowed) --level;
  if (level == alarms.size()) return std::nullopt;
  return std::pow(kRatio, static_cast<double>(level));
}

void Calibrate(const RunSettings& settings, double nab_series, std::vector<Contender>* contenders) {
  std::vector<Contender*> rules;
  for (Contender& contender : *contenders) {
    if (contender.entry.calibrated) rules.push_back(&contender);
  }
  if (rules.empty()) return;

  using Curves = std::vector<AlarmCurve>;
  std::vector<Curves> by_worker(kThreadsMax, Curves(rules.size()));
  std::vector<std::vector<uint32_t>> buffers(kThreadsMax);
  const int64_t measured = settings.learn_weeks * kWeekTicks;
  ForEachSeries(settings.quiet_series, settings.threads, [&](size_t worker, int64_t index) {
    Simulate(PlanSeries(settings, Part::kQuiet, index), &buffers[worker]);
    for (size_t i = 0; i < rules.size(); ++i) {
      AlarmCurve& curve = by_worker[worker][i];
      double before = 0;
      Feed(*MakeRule(settings, *rules[i]), buffers[worker], [&](int64_t tick, const Step& step) {
        if (tick >= measured) curve.Add(before, step.score);
        before = step.score;
      });
    }
  });

  const double budget = settings.false_alarms_a_week *
                        static_cast<double>(settings.measured_weeks) *
                        static_cast<double>(settings.quiet_series);
  for (size_t i = 0; i < rules.size(); ++i) {
    AlarmCurve curve;
    for (const Curves& curves : by_worker) curve.Merge(curves[i]);
    rules[i]->threshold = curve.Threshold(budget / settings.budget_series).value_or(kNever);
    rules[i]->nab_threshold = curve.Threshold(budget / nab_series).value_or(kNever);
  }
}

}  // namespace gmewatch::detect_eval
