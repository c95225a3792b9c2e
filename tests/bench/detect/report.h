// Prints what the parts found as Markdown tables, the rules side by side.
//
// Thread safety: none; writes to standard output.
#ifndef GMEWATCH_TESTS_BENCH_DETECT_REPORT_H_
#define GMEWATCH_TESTS_BENCH_DETECT_REPORT_H_

#include <vector>

#include "tests/bench/detect/nab_files.h"
#include "tests/bench/detect/quiet.h"
#include "tests/bench/detect/rules.h"
#include "tests/bench/detect/run.h"
#include "tests/bench/detect/spikes.h"

namespace gmewatch::detect_eval {

void PrintSettings(const RunSettings& settings);
void PrintQuiet(const RunSettings& settings, const std::vector<Contender>& contenders,
                const std::vector<QuietTally>& tallies);
void PrintSpikes(const RunSettings& settings, const std::vector<Contender>& contenders,
                 const std::vector<SpikeTally>& tallies);
void PrintReleases(const RunSettings& settings, const std::vector<Contender>& contenders,
                   const std::vector<SpikeTally>& tallies);

// Runs and prints: for the budget shared by the benchmark's series, and by all of `settings`.
void PrintNab(const RunSettings& settings, const std::vector<Contender>& contenders,
              const std::vector<NabSeries>& series);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_BENCH_DETECT_REPORT_H_
