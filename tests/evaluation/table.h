// Prints Markdown tables row by row to standard output, and formats their figures.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_EVALUATION_TABLE_H_
#define GMEWATCH_TESTS_EVALUATION_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace gmewatch::detect_eval {

void PrintHead(const std::vector<std::string>& cells);
void PrintRow(const std::vector<std::string>& cells);

// The value below which a share of `values` lies (the nearest rank), or "-" without values.
std::string QuantileText(std::vector<int64_t> values, double share);

// "0.930", or "-" if `whole` is 0.
std::string ShareText(int64_t part, int64_t whole);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_TABLE_H_
