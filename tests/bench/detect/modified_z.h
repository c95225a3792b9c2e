// The modified z-score of the last hour, in the form of Honeybadger's volume spikes
// (docs.honeybadger.io, payload of volume_spike: errors of the most recent one-hour window, the
// median of a trailing baseline window, the modified z-score that triggered).
//
// score = 0.6745 * (last 60 minutes - median) / MAD over the finished clock hours of the last 7
// days, at least 24 of them; where the MAD is 0, the mean absolute deviation * 1.253314 takes the
// place of MAD / 0.6745; where that is 0 too, it is silent (Iglewicz and Hoaglin, How to Detect and
// Handle Outliers, 1993, whose threshold of 3.5 it is; Honeybadger tells neither its threshold nor
// the length of its window). An hour is scaled up for ticks without data, and left out where more
// than half are missing. It looks at every tick, which is more often than anyone runs it.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_BENCH_DETECT_MODIFIED_Z_H_
#define GMEWATCH_TESTS_BENCH_DETECT_MODIFIED_Z_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/detect/hourly_counts.h"
#include "tests/bench/detect/rule.h"

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
  std::vector<double> sorted_;  // what Learn works in
  bool learned_ = false;
  double median_ = 0;
  double spread_ = 0;  // a robust standard deviation; 0: none
  Condition condition_;
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_BENCH_DETECT_MODIFIED_Z_H_
