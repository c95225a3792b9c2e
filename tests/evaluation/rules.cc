#include "tests/evaluation/rules.h"

#include "tests/evaluation/ewma_sigma.h"
#include "tests/evaluation/modified_z.h"
#include "tests/evaluation/ours.h"
#include "tests/evaluation/poisson_tail.h"
#include "tests/evaluation/sentry_escalating.h"

namespace gmewatch::detect_eval {
namespace {

template <typename RuleType>
std::unique_ptr<Rule> Make(const RuleSetting& setting) {
  return std::make_unique<RuleType>(setting);
}

}  // namespace

const std::vector<RuleEntry>& Rules() {
  // A new rule is a line here.
  static const auto* const rules = new std::vector<RuleEntry>{
      {kOurs, "from the budget", false, Make<Ours>},
      {"sentry_escalating", "published", false, Make<SentryEscalating>},
      {"modified_z", "published, 3.5", false, Make<ModifiedZ>},
      {"modified_z_budget", "calibrated", true, Make<ModifiedZ>},
      {"ewma_3sigma", "published, 3", false, Make<EwmaSigma>},
      {"ewma_budget", "calibrated", true, Make<EwmaSigma>},
      {"poisson_tail", "p from the budget", false, Make<PoissonTail>},
      {"poisson_tail_budget", "calibrated", true, Make<PoissonTail>},
  };
  return *rules;
}

}  // namespace gmewatch::detect_eval
