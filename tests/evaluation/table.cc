#include "tests/evaluation/table.h"

#include <algorithm>
#include <cmath>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace gmewatch::detect_eval {

void PrintHead(const std::vector<std::string>& cells) {
  PrintRow(cells);
  PrintRow(std::vector<std::string>(cells.size(), "---"));
}

void PrintRow(const std::vector<std::string>& cells) {
  std::cout << "| " << absl::StrJoin(cells, " | ") << " |\n";
}

std::string QuantileText(std::vector<int64_t> values, double share) {
  if (values.empty()) return "-";
  const double rank = std::ceil(share * static_cast<double>(values.size())) - 1;
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(std::max(0.0, rank));
  std::nth_element(values.begin(), place, values.end());
  return absl::StrCat(*place);
}

std::string ShareText(int64_t part, int64_t whole) {
  if (whole == 0) return "-";
  return absl::StrFormat("%.3f", static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace gmewatch::detect_eval
