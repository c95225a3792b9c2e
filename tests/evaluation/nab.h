// The NAB part: the score of each rule on the benchmark's series.
//
// A detection is a tick at which the rule turns from inactive to active. Thread safety: none.
#ifndef GMEWATCH_TESTS_EVALUATION_NAB_H_
#define GMEWATCH_TESTS_EVALUATION_NAB_H_

#include <vector>

#include "tests/evaluation/nab_files.h"
#include "tests/evaluation/nab_score.h"
#include "tests/evaluation/rule.h"

namespace gmewatch::detect_eval {

// Feeds the whole series to a new rule that was made for ticks of 300 s.
NabTally RunNab(Rule& rule, const NabSeries& series);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_NAB_H_
