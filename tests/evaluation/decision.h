// When the counts of a rise allow a decision: the earliest tick at which a test that knows the true
// mean, the dispersion, the place and the start of the rise passes a level.
//
// The statistic is the log-likelihood ratio of "the mean is the count x" against "the mean is m"
// for a negative binomial with the true dispersion, over everything since the start or the newest
// 1, 2, 4, ... ticks, whichever is highest. m is the true mean without the rise, times
// kUnknownFactor: rates wander by as much, so nobody can know it better. The level is that which
// the budget implies for the fleet's series, times kLevelFactor, since a detector has to find
// start, place and mean.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_EVALUATION_DECISION_H_
#define GMEWATCH_TESTS_EVALUATION_DECISION_H_

#include <vector>

namespace gmewatch::detect_eval {

class Decision {
 public:
  static constexpr double kUnknownFactor = 1.3;
  static constexpr double kLevelFactor = 1.5;

  // ln(series x ticks a week / false alarms a week) x kLevelFactor, for one false alarm a week.
  static double Level();

  // Adds the next tick with data. Returns true if the level is passed, from then on always.
  bool Add(double count, double expected, double vmr);

 private:
  struct Sums {
    double count = 0;
    double expected = 0;
    double variance = 0;
  };

  bool passed_ = false;
  std::vector<Sums> sums_ = {Sums{}};  // up to each tick
};

// The log-likelihood ratio of a count against a mean, with variance = vmr x mean; 0 if the count is
// not above the mean.
double CountLlr(double count, double mean, double vmr);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_DECISION_H_
