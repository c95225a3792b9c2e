#include "tests/evaluation/nab_score.h"

#include <algorithm>
#include <cmath>

namespace gmewatch::detect_eval {
namespace {

constexpr double kOutsideWeight = 0.11;
constexpr double kMissedWeight = 1;

// The position of `row` relative to the right end of `window`, in lengths of the window.
double Position(const NabWindow& window, size_t row) {
  return (static_cast<double>(row) - static_cast<double>(window.right)) /
         static_cast<double>(window.right - window.left);
}

}  // namespace

double ScaledSigmoid(double y) { return 2 / (1 + std::exp(5 * y)) - 1; }

size_t NabProbation(size_t rows) { return std::min<size_t>(rows * 15 / 100, 750); }

NabTally ScoreNab(size_t rows, const std::vector<NabWindow>& windows,
                  const std::vector<size_t>& detections) {
  NabTally tally;
  tally.windows = static_cast<int>(windows.size());
  std::vector<bool> found(windows.size());
  for (const size_t row : detections) {
    if (row < NabProbation(rows)) continue;
    // The last window that begins at or before the row.
    const auto after =
        std::upper_bound(windows.begin(), windows.end(), row,
                         [](size_t value, const NabWindow& window) { return value < window.left; });
    if (after == windows.begin()) {
      ++tally.outside;
      tally.raw -= kOutsideWeight;
      continue;
    }
    const NabWindow& window = *(after - 1);
    const auto index = static_cast<size_t>(after - 1 - windows.begin());
    const double value = ScaledSigmoid(Position(window, row));
    if (row > window.right) {
      ++tally.outside;
      tally.raw += kOutsideWeight * value;
    } else if (!found[index]) {
      found[index] = true;
      ++tally.found;
      tally.raw += value;
    }
  }
  tally.raw -= kMissedWeight * (tally.windows - tally.found);
  return tally;
}

NabTally Sum(const std::vector<NabTally>& tallies) {
  NabTally sum;
  for (const NabTally& tally : tallies) {
    sum.raw += tally.raw;
    sum.windows += tally.windows;
    sum.found += tally.found;
    sum.outside += tally.outside;
  }
  return sum;
}

double NabScore(const NabTally& tally) {
  const double worst = -kMissedWeight * tally.windows;
  const double best = ScaledSigmoid(-1) * tally.windows;
  return tally.windows == 0 ? 0 : 100 * (tally.raw - worst) / (best - worst);
}

}  // namespace gmewatch::detect_eval
