// A month of a fleet: makes the counts of every tick, as the detector reads them, and the labels
// that say what must be reported of them.
//
// Counts are negative binomial around MonthRates. Each event comes from one of many clients, drawn
// at random; a looping client is one session. Ticks without data do not appear; those that come
// together are one MonthTick with `ticks` above 1. Tick 0, the first of the warm-up, is a Monday,
// 00:00 UTC.
//
// Thread safety: none; months of different objects are independent.
#ifndef GMEWATCH_TESTS_EVALUATION_MONTH_H_
#define GMEWATCH_TESTS_EVALUATION_MONTH_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/detect/counter_reader.h"
#include "tests/evaluation/decision.h"
#include "tests/evaluation/fleet.h"
#include "tests/evaluation/month_plan.h"
#include "tests/evaluation/month_rates.h"
#include "tests/support/random.h"

namespace gmewatch::detect_eval {

struct MonthTick {
  int64_t tick = 0;
  int64_t ticks = 1;            // that were counted together, this one the last
  bool restart = false;         // the detector was saved and loaded before it
  std::vector<CellGain> gains;  // `place` is a leaf, `slot` a code; ordered by place, then slot
  std::array<uint64_t, kLeaves> successes{};
};

// What is expected of a detector for one event.
struct MonthLabel {
  MonthEvent event;
  // The tick from which on the counts allow a decision; nothing if they never do. Always nothing if
  // the event is neither an outage nor a stop.
  std::optional<int64_t> decided;

  // Whether an outage or a stop must be reported.
  bool detectable() const { return decided.has_value(); }
};

class Month {
 public:
  // The month of PlanMonth.
  Month(uint64_t seed, int64_t days);
  explicit Month(MonthPlan plan);
  Month(const Month&) = delete;
  Month& operator=(const Month&) = delete;

  const Fleet& fleet() const { return fleet_; }
  const MonthPlan& plan() const { return plan_; }

  // Fills in the next tick that has data. Returns false at the end of the month.
  bool Next(MonthTick* tick);

  // One for each event of the plan. Complete once Next has returned false.
  const std::vector<MonthLabel>& labels() const { return labels_; }

  // A stop is detectable if this many operations a minute are usual; it must be reported within
  // kStopTicks.
  static constexpr double kStopOperationsAMinute = 100;
  static constexpr int64_t kStopTicks = 3 * kMinuteTicks;

 private:
  using Counts = std::vector<uint32_t>;  // by Fleet::Cell; code 0: successes

  void StartMinute();
  void Draw(Counts* counts);
  // What the network and the daemon do to the counts. Returns false if the tick has no data.
  bool Deliver(const Counts& counts, MonthTick* tick);
  // A restart or a gap: whether nothing is delivered now. Clients keep the newest of what they
  // could not send, and send it at the end.
  bool Miss(const MonthEvent& event, Counts* counts, MonthTick* tick);
  void UpdateLabels(const Counts& counts);
  void UpdateOutage(const Counts& counts, size_t label);
  void UpdateStop(MonthLabel* label) const;
  void FillGains(const Counts& counts, MonthTick* tick);
  void AddSenders(uint32_t events, CellGain* gain);
  void AddLoops(MonthTick* tick) const;

  const Fleet fleet_;
  const MonthPlan plan_;
  MonthRates rates_;
  std::vector<CountSource> sources_;  // by cell
  std::vector<bool> live_;            // by cell: its mean is above 0
  Random senders_;
  int64_t now_ = 0;  // the next tick
  Counts drawn_;
  Counts held_;  // of a region whose data are late
  Counts kept_;  // by clients, while the daemon is down
  std::vector<MonthLabel> labels_;
  std::vector<std::vector<Decision>> decisions_;  // by label, then code
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_MONTH_H_
