// The standard-profile score of the Numenta Anomaly Benchmark (Lavin and Ahmad, 2015).
//
// Positions are rows of the file. The first 15 % of the rows (at most 750) are not scored. The
// earliest detection in a window adds scaled_sigmoid(position), where the position is -1 at the
// left end of the window and 0 at its right end; a window without a detection costs 1. A detection
// outside costs 0.11 * -scaled_sigmoid(position), relative to the last window before it; before the
// first window, 0.11. The sum is scaled to 0 for no detection at all and 100 for one at the left
// end of every window.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_TESTS_EVALUATION_NAB_SCORE_H_
#define GMEWATCH_TESTS_EVALUATION_NAB_SCORE_H_

#include <cstddef>
#include <vector>

namespace gmewatch::detect_eval {

// Rows, both included. REQUIRES: left < right.
struct NabWindow {
  size_t left = 0;
  size_t right = 0;
};

struct NabTally {
  double raw = 0;
  int windows = 0;
  int found = 0;    // windows with a detection
  int outside = 0;  // detections outside every window
};

// 2 / (1 + exp(5 y)) - 1: close to 1 at -1, 0 at 0, close to -1 far after it.
double ScaledSigmoid(double y);

// The rows at the start of a file that are not scored.
size_t NabProbation(size_t rows);

// REQUIRES: windows and detections in order, windows do not overlap and begin after the probation.
NabTally ScoreNab(size_t rows, const std::vector<NabWindow>& windows,
                  const std::vector<size_t>& detections);

NabTally Sum(const std::vector<NabTally>& tallies);

// From 0 to 100; below 0 if the detections outside outweigh the others.
double NabScore(const NabTally& tally);

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_NAB_SCORE_H_
