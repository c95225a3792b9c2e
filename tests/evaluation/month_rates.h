// The true mean of every cell of the fleet, minute by minute, with and without the outages.
//
// mean = operations (place, hour, day, crowd, wandering) x error ratio (code, place, release, peak,
// wandering) x outages. Thread safety: none. `plan` and `fleet` must outlive it.
#ifndef GMEWATCH_TESTS_EVALUATION_MONTH_RATES_H_
#define GMEWATCH_TESTS_EVALUATION_MONTH_RATES_H_

#include <array>
#include <cstdint>
#include <vector>

#include "tests/evaluation/fleet.h"
#include "tests/evaluation/month_plan.h"
#include "tests/evaluation/wander.h"

namespace gmewatch::detect_eval {

class MonthRates {
 public:
  // Error ratios stay within 30 % of their mean; operations within 10 %.
  static constexpr double kRatioWander = 1.3;
  static constexpr double kTrafficWander = 1.1;
  // Standard deviation of the logarithm in a minute: 0.2 in an hour for ratios, 0.08 for traffic.
  static constexpr double kRatioStep = 0.026;
  static constexpr double kTrafficStep = 0.01;

  MonthRates(const MonthPlan& plan, const Fleet& fleet);

  // Computes the means of the minute that begins at `tick`. REQUIRES: called for each minute in
  // order, from tick 0 on.
  void StartMinute(int64_t tick);

  double Operations(size_t leaf) const { return operations_[leaf]; }
  // Events a tick of a cell without outages, and with them; 0 before a launch.
  double Expected(int code, size_t leaf) const { return expected_[Fleet::Cell(code, leaf)]; }
  double Mean(int code, size_t leaf) const { return means_[Fleet::Cell(code, leaf)]; }

 private:
  double OperationsAt(size_t leaf, int64_t tick) const;
  // Multiplies the codes of an event within its place.
  static void Multiply(const MonthEvent& event, double factor, std::vector<double>* means);

  const MonthPlan& plan_;
  const Fleet& fleet_;
  std::vector<Wander> traffic_wander_;  // by leaf
  std::vector<Wander> ratio_wander_;    // by code and app
  std::array<double, kLeaves> operations_{};
  std::vector<double> expected_;
  std::vector<double> means_;
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_MONTH_RATES_H_
