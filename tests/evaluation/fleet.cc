#include "tests/evaluation/fleet.h"

#include <cmath>

#include "tests/support/random.h"

namespace gmewatch::detect_eval {
namespace {

enum Stream : uint64_t { kRatios = 1, kVmrs };

constexpr std::array<double, kApps> kAppShares = {0.55, 0.3, 0.15};
constexpr std::array<double, kRegions> kRegionShares = {0.35, 0.25, 0.2, 0.2};

// From the rarest code to the commonest, evenly on a logarithmic scale: half of the codes have
// less than one event in two minutes in the whole fleet.
constexpr double kRatioMin = 1e-7;
constexpr double kRatioMax = 5e-3;
constexpr double kPlaceSpread = 0.3;  // standard deviation of the logarithm, by app and by region

std::array<FleetPlace, kRows> MakeRows() {
  std::array<FleetPlace, kRows> rows;
  size_t row = 0;
  for (int app = 0; app < kApps; ++app) {
    for (int region = 0; region < kRegions; ++region) rows[row++] = {app, region};
  }
  for (int app = 0; app < kApps; ++app) rows[row++] = {app, kAll};
  for (int region = 0; region < kRegions; ++region) rows[row++] = {kAll, region};
  return rows;
}

}  // namespace

const std::array<FleetPlace, kRows>& FleetRows() {
  static const std::array<FleetPlace, kRows> rows = MakeRows();
  return rows;
}

Fleet::Fleet(uint64_t seed) : ratios_(kCells), vmrs_(kCells, 1) {
  Random random(MixSeed(seed, kRatios));
  Random vmrs(MixSeed(seed, kVmrs));
  for (int code = 1; code <= kErrorCodes; ++code) {
    const double step = (code - random.Uniform()) / kErrorCodes;
    const double ratio = kRatioMin * std::pow(kRatioMax / kRatioMin, step);
    std::array<double, kApps> by_app;
    std::array<double, kRegions> by_region;
    for (double& factor : by_app) factor = std::exp(kPlaceSpread * random.Normal());
    for (double& factor : by_region) factor = std::exp(kPlaceSpread * random.Normal());
    for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
      ratios_[Cell(code, leaf)] = ratio * by_app[leaf / kRegions] * by_region[leaf % kRegions];
      vmrs_[Cell(code, leaf)] = std::pow(kVmrMax, vmrs.Uniform());
    }
  }
}

double Fleet::Operations(size_t leaf) {
  return kOperationsATick * kAppShares[leaf / kRegions] * kRegionShares[leaf % kRegions];
}

double Fleet::MeanErrors(int code, const FleetPlace& place) const {
  double sum = 0;
  for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
    if (place.Holds(FleetRows()[leaf])) sum += Operations(leaf) * Ratio(code, leaf);
  }
  return sum;
}

double Fleet::MeanVmr(int code, const FleetPlace& place) const {
  double variance = 0;
  for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
    if (!place.Holds(FleetRows()[leaf])) continue;
    variance += Vmr(code, leaf) * Operations(leaf) * Ratio(code, leaf);
  }
  return variance / MeanErrors(code, place);
}

}  // namespace gmewatch::detect_eval
