// A fleet of clients in simulated time over a SilenceDetector: places with a daily rhythm,
// weekends, rates that wander and counts that clump.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_DAEMON_DETECT_SILENCE_RUN_H_
#define GMEWATCH_TESTS_DAEMON_DETECT_SILENCE_RUN_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/detect/silence_detector.h"
#include "tests/support/random.h"

namespace gmewatch {

inline constexpr int64_t kSilenceTick = 10;
// A Monday, 00:00 UTC.
inline constexpr int64_t kMonday = 1'767'571'200;
inline constexpr int64_t kHourS = 3600;
inline constexpr int64_t kDayS = 24 * kHourS;

struct FleetOptions {
  std::vector<std::string> apps = {"one", "two", "three"};
  std::vector<std::string> regions = {"eu", "us", "asia", "sa"};
  double rate = 17;        // reports a tick by day, of each place; below it by its number
  double night = 0.1;      // the share of it at night
  double weekend = 1.5;    // the factor on Saturdays and Sundays
  double wander = 0.3;     // standard deviation of the rate's logarithm
  double dispersion = 1;   // variance to mean of a tick's reports
  bool same_rates = true;  // otherwise each place has half of the rate of the one before
  uint64_t seed = 1;
};

class SilenceFleet {
 public:
  // By the place and the time: the share of the usual reports that arrives.
  using ShareFn = std::function<double(const Place& place, int64_t time_s)>;

  explicit SilenceFleet(FleetOptions options)
      : options_(std::move(options)), random_(options_.seed) {
    for (const std::string& app : options_.apps) {
      for (const std::string& region : options_.regions) places_.push_back({app, region});
    }
    drift_.resize(places_.size());
    NewDetector();
  }

  void NewDetector() {
    detector = std::make_unique<SilenceDetector>(kSilenceTick, 15);
    for (const Place& place : places_) detector->AddPlace(place);
  }
  // Saves, waits and goes on with another detector.
  void Restart(int64_t downtime_s) {
    const internal::SilenceState state = detector->Save();
    time_s += downtime_s;
    detector = std::make_unique<SilenceDetector>(kSilenceTick, 15);
    ASSERT_TRUE(detector->Load(state, time_s).ok());
    for (const Place& place : places_) detector->AddPlace(place);
  }

  // The mean of a place's reports in the tick that ends at `time`.
  double Mean(size_t place, int64_t time) const {
    // Each region has its own noon.
    const double shift = 6.0 * static_cast<double>(place % options_.regions.size());
    const double hour = static_cast<double>(time % kDayS) / kHourS + shift;
    const double depth = std::log(options_.night) / 2;
    double mean = options_.rate * std::exp(depth * (1 - std::cos(2 * M_PI * (hour - 14) / 24)));
    if ((time - kMonday) % (7 * kDayS) >= 5 * kDayS) mean *= options_.weekend;
    if (!options_.same_rates) mean *= std::exp2(-static_cast<double>(place));
    return mean * std::exp(drift_[place]);
  }

  void Run(int64_t seconds) {
    for (const int64_t end = time_s + seconds; time_s < end;) Step();
  }
  // Runs until `done`, for `seconds` at most. Returns how long that took, or -1.
  int64_t RunUntil(const std::function<bool()>& done, int64_t seconds) {
    const int64_t begin = time_s;
    while (!done()) {
      if (time_s >= begin + seconds) return -1;
      Step();
    }
    return time_s - begin;
  }

  // "app/region" of the active silences.
  std::vector<std::string> Active() const {
    std::vector<std::string> out;
    for (const Silence& silence : detector->Report().silences) {
      if (silence.active) out.push_back(absl::StrCat(silence.place.app, "/", silence.place.region));
    }
    return out;
  }

  ShareFn share = [](const Place&, int64_t) { return 1.0; };
  // Sessions that report in each tick and each place, beside the fleet.
  double more = 0;
  int64_t time_s = kMonday;
  std::unique_ptr<SilenceDetector> detector;
  std::vector<std::string> begun;  // "app/region hours" since kMonday

 private:
  void Step() {
    time_s += kSilenceTick;
    // Half an hour's memory.
    const double keep = std::exp(-kSilenceTick / 1800.0);
    std::vector<Arrivals> arrivals(places_.size());
    for (size_t i = 0; i < places_.size(); ++i) {
      if (options_.wander > 0) {
        drift_[i] =
            keep * drift_[i] + options_.wander * std::sqrt(1 - keep * keep) * random_.Normal();
      }
      const double mean = Mean(i, time_s) * share(places_[i], time_s);
      double count = 0;
      if (mean > 0) {
        count = static_cast<double>(options_.dispersion > 1
                                        ? random_.NegativeBinomial(mean, options_.dispersion)
                                        : random_.Poisson(mean));
      }
      arrivals[i] = {count + more, 6 * count + more};
    }
    const std::vector<std::string> before = Active();
    detector->Tick(time_s, 1, arrivals);
    for (const std::string& now : Active()) {
      if (std::find(before.begin(), before.end(), now) != before.end()) continue;
      begun.push_back(absl::StrCat(now, " ", (time_s - kMonday) / kHourS));
    }
  }

  const FleetOptions options_;
  Random random_;
  std::vector<Place> places_;
  std::vector<double> drift_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_DETECT_SILENCE_RUN_H_
