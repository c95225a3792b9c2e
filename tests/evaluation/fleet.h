// The fleet of the simulated month: its apps, regions and codes, how many operations a place has,
// how often each code fails, and how much single ticks vary.
//
// Codes are columns: 1 to kErrorCodes, as many as the catalogue has; column 0 is `other` and stays
// empty. Thread safety: immutable after construction; the same seed gives the same fleet.
#ifndef GMEWATCH_TESTS_EVALUATION_FLEET_H_
#define GMEWATCH_TESTS_EVALUATION_FLEET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gmewatch::detect_eval {

inline constexpr int kApps = 3;
inline constexpr int kRegions = 4;
inline constexpr int kErrorCodes = 70;
inline constexpr int kAll = -1;  // every app, or every region

// The last app and the last region are launched during the month.
inline constexpr int kLaunchedApp = kApps - 1;
inline constexpr int kLaunchedRegion = kRegions - 1;

// An (app, region), or a roll-up if one or both are kAll.
struct FleetPlace {
  int app = kAll;
  int region = kAll;

  // Whether `inner` is part of this place, or the same.
  bool Holds(const FleetPlace& inner) const {
    return (app == kAll || app == inner.app) && (region == kAll || region == inner.region);
  }
  bool Overlaps(const FleetPlace& other) const {
    return (app == kAll || other.app == kAll || app == other.app) &&
           (region == kAll || other.region == kAll || region == other.region);
  }
  friend bool operator==(const FleetPlace&, const FleetPlace&) = default;
};

inline constexpr size_t kLeaves = static_cast<size_t>(kApps) * kRegions;
inline constexpr size_t kRows = kLeaves + kApps + kRegions + 1;

// The leaves (app by app), then the apps, the regions, and everything.
const std::array<FleetPlace, kRows>& FleetRows();

class Fleet {
 public:
  static constexpr double kOperationsATick = 3'000;  // mean over a week, all places
  static constexpr double kSuccessVmr = 3;
  static constexpr double kVmrMax = 8;

  explicit Fleet(uint64_t seed);

  // Mean operations a tick of a leaf over a week, without events.
  static double Operations(size_t leaf);
  // Errors for each operation.
  double Ratio(int code, size_t leaf) const { return ratios_[Cell(code, leaf)]; }
  // Variance-to-mean ratio of a tick's count, from 1 to kVmrMax.
  double Vmr(int code, size_t leaf) const { return vmrs_[Cell(code, leaf)]; }
  // Mean errors a tick of a code in a place, over a week without events.
  double MeanErrors(int code, const FleetPlace& place) const;
  // The variance-to-mean ratio of the sum over a place.
  double MeanVmr(int code, const FleetPlace& place) const;

  static size_t Cell(int code, size_t leaf) { return static_cast<size_t>(code) * kLeaves + leaf; }
  static constexpr size_t kCells = (kErrorCodes + 1) * kLeaves;

 private:
  std::vector<double> ratios_;
  std::vector<double> vmrs_;
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_FLEET_H_
