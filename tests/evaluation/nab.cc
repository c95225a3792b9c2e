#include "tests/evaluation/nab.h"

namespace gmewatch::detect_eval {

NabTally RunNab(Rule& rule, const NabSeries& series, int64_t offset) {
  std::vector<size_t> detections;
  bool active = false;
  for (size_t row = 0; row < series.ticks.size(); ++row) {
    const Step step = rule.Observe(series.ticks[row] + offset, series.values[row]);
    if (step.active && !active) detections.push_back(row);
    active = step.active;
  }
  return ScoreNab(series.ticks.size(), series.windows, detections);
}

}  // namespace gmewatch::detect_eval
