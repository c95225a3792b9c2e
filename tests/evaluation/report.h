// Prints the results of the parts as Markdown tables, the rules side by side.
//
// Thread safety: none; writes to standard output.
#ifndef GMEWATCH_TESTS_EVALUATION_REPORT_H_
#define GMEWATCH_TESTS_EVALUATION_REPORT_H_

#include <vector>

#include "tests/evaluation/nab_files.h"
#include "tests/evaluation/quiet.h"
#include "tests/evaluation/rules.h"
#include "tests/evaluation/run.h"
#include "tests/evaluation/run_month.h"
#include "tests/evaluation/spikes.h"

namespace gmewatch::detect_eval {

void PrintSettings(const RunSettings& settings);
void PrintQuiet(const RunSettings& settings, const std::vector<Contender>& contenders,
                const std::vector<QuietTally>& tallies);
void PrintSpikes(const RunSettings& settings, const std::vector<Contender>& contenders,
                 const std::vector<SpikeTally>& tallies);
void PrintReleases(const RunSettings& settings, const std::vector<Contender>& contenders,
                   const std::vector<SpikeTally>& tallies);

// The summary, the kinds of events, and the causes of false lines.
void PrintMonths(const RunSettings& settings, const std::vector<Contender>& contenders,
                 const std::vector<MonthRun>& runs);
// Every event of every month, one by one.
void PrintEvents(const std::vector<Contender>& contenders, const std::vector<MonthRun>& runs);

// Runs the NAB part and prints it: once for a budget that the benchmark's series share, once for
// one that all series of `settings` share.
void PrintNab(const RunSettings& settings, const std::vector<Contender>& contenders,
              const std::vector<NabSeries>& series);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_REPORT_H_
