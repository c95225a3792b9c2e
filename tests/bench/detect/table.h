// A Markdown table, row by row, on standard output; and the figures that stand in one.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_BENCH_DETECT_TABLE_H_
#define GMEWATCH_TESTS_BENCH_DETECT_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace gmewatch::detect_eval {

void PrintHead(const std::vector<std::string>& cells);
void PrintRow(const std::vector<std::string>& cells);

// The value below which a share of `values` lies (the nearest rank), or "-" where there is none.
std::string QuantileText(std::vector<int64_t> values, double share);

// "0.93", or "-" of nothing.
std::string ShareText(int64_t part, int64_t whole);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_BENCH_DETECT_TABLE_H_
