// The interface of what watches a fleet: one call for each tick that has data, which returns the
// lines that a person on call would see now.
//
// Thread safety: none; a rule watches one fleet.
#ifndef GMEWATCH_TESTS_EVALUATION_FLEET_RULE_H_
#define GMEWATCH_TESTS_EVALUATION_FLEET_RULE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "tests/evaluation/fleet.h"
#include "tests/evaluation/month.h"
#include "tests/evaluation/run.h"

namespace gmewatch::detect_eval {

enum class LineKind : uint8_t {
  kSpike,    // a code rises
  kLoop,     // few clients make a code rise; pages nobody
  kTraffic,  // there are many more operations than are usual
  kLaunch,   // a place is new
  kSilence,  // reports have stopped
};

struct ActiveLine {
  LineKind kind = LineKind::kSpike;
  int code = 0;  // 0 if the kind has no code
  FleetPlace place = {};
  int64_t since = 0;      // the reported start, in ticks of the month
  uint64_t incident = 0;  // to which it belongs; 0 if the rule knows no incidents
};

class FleetRule {
 public:
  virtual ~FleetRule() = default;

  // Replaces `active` by what is active after this tick.
  virtual void Observe(const MonthTick& tick, std::vector<ActiveLine>* active) = 0;
};

// Returns the rule of a contender for a whole fleet: the project's detector as the daemon runs it,
// or one rule for each series.
std::unique_ptr<FleetRule> MakeFleetRule(const RunSettings& settings, const Contender& contender);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_FLEET_RULE_H_
