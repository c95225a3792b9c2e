#include "tests/evaluation/month_event.h"

namespace gmewatch::detect_eval {

double MonthEvent::FactorAt(int64_t tick) const {
  const int64_t since = tick - start;
  if (kind == EventKind::kFlaps) return since / kFlapTicks % 2 == 0 ? factor : 1;
  if (kind != EventKind::kRamp) return factor;
  const int64_t minutes = since / kMinuteTicks + 1;
  const int64_t length = (end - start) / kMinuteTicks;
  const double rise = 0.75 * static_cast<double>(length);
  return 1 + (factor - 1) * std::min(1.0, static_cast<double>(minutes) / rise);
}

}  // namespace gmewatch::detect_eval
