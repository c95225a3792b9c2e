// The modified z-score of the last hour, in the form of Honeybadger's volume spikes
// (docs.honeybadger.io, payload of volume_spike: errors of the most recent one-hour window, the
// median of a trailing baseline window, the modified z-score that triggered).
//
// score = 0.6745 * (last 60 minutes - median) / MAD over the finished clock hours of the last 7
// days, at least 24 of them. If the MAD is 0, the mean absolute deviation * 1.253314 replaces MAD /
// 0.6745; if that is 0 too, there is no alarm (Iglewicz and Hoaglin, How to Detect and Handle
// Outliers, 1993, which also has the threshold of 3.5; Honeybadger publishes neither its threshold
// nor the length of its window). An hour is scaled up for ticks without data, and left out if more
// than half of them are missing. The rule is evaluated at every tick, more often than in practice.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_EVALUATION_MODIFIED_Z_H_
#define GMEWATCH_TESTS_EVALUATION_MODIFIED_Z_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/evaluation/hourly_counts.h"
#include "tests/evaluation/rule.h"

namespace gmewatch::detect_eval {

class ModifiedZ : public Rule {
 public:
  explicit ModifiedZ(const RuleSetting& setting);

  Step Observe(int64_t tick, uint64_t count) override;
  std::string name() const override { return "modified_z"; }

 private:
  void Learn();

  const double threshold_;
  HourlyCounts counts_;
  std::vector<double> sorted_;  // scratch of Learn
  bool learned_ = false;
  double median_ = 0;
  double spread_ = 0;  // a robust standard deviation; 0 if unknown
  Condition condition_;
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_MODIFIED_Z_H_
