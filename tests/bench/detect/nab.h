// The NAB part: what each rule scores on the benchmark's series.
//
// A detection is a tick at which the rule turns from inactive to active. Thread safety: none.
#ifndef GMEWATCH_TESTS_BENCH_DETECT_NAB_H_
#define GMEWATCH_TESTS_BENCH_DETECT_NAB_H_

#include <vector>

#include "tests/bench/detect/nab_files.h"
#include "tests/bench/detect/nab_score.h"
#include "tests/bench/detect/rule.h"

namespace gmewatch::detect_eval {

// Feeds a fresh rule, made for ticks of 300 s, with the whole series.
NabTally RunNab(Rule& rule, const NabSeries& series);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_BENCH_DETECT_NAB_H_
