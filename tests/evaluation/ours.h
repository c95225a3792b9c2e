// The project's own detector, daemon/detect, with its default settings.
#ifndef GMEWATCH_TESTS_EVALUATION_OURS_H_
#define GMEWATCH_TESTS_EVALUATION_OURS_H_

#include <string>

#include "daemon/detect/series/standalone_detector.h"
#include "tests/evaluation/rule.h"

namespace gmewatch::detect_eval {

class Ours final : public Rule {
 public:
  explicit Ours(const RuleSetting& setting);

  Step Observe(int64_t tick, uint64_t count) override;
  std::string name() const override { return "gmewatch"; }

 private:
  StandaloneDetector detector_;
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_OURS_H_
