// The NAB part: the score of each rule on the benchmark's series.
//
// A detection is a tick at which the rule turns from inactive to active. The score of a series
// moves by ten points with the minute of the hour at which it begins, since rules look at hours: so
// each series is run from each of the twelve ticks of an hour. Thread safety: none.
#ifndef GMEWATCH_TESTS_EVALUATION_NAB_H_
#define GMEWATCH_TESTS_EVALUATION_NAB_H_

#include <vector>

#include "tests/evaluation/nab_files.h"
#include "tests/evaluation/nab_score.h"
#include "tests/evaluation/rule.h"

namespace gmewatch::detect_eval {

inline constexpr int64_t kNabOffsets = 3'600 / kNabTickSeconds;

// Feeds the whole series, begun `offset` ticks later than it did, to a new rule that was made for
// ticks of 300 s.
NabTally RunNab(Rule& rule, const NabSeries& series, int64_t offset);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_NAB_H_
