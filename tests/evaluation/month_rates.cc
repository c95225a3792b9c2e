#include "tests/evaluation/month_rates.h"

#include "tests/evaluation/traffic.h"
#include "tests/support/random.h"

namespace gmewatch::detect_eval {
namespace {

enum Stream : uint64_t { kTraffic = 0x100, kRatios = 0x200 };

}  // namespace

MonthRates::MonthRates(const MonthPlan& plan, const Fleet& fleet)
    : plan_(plan), fleet_(fleet), expected_(Fleet::kCells), means_(Fleet::kCells) {
  for (uint64_t leaf = 0; leaf < kLeaves; ++leaf) {
    traffic_wander_.emplace_back(kTrafficWander, kTrafficStep, MixSeed(plan.seed, kTraffic + leaf));
  }
  for (uint64_t i = 0; i < uint64_t{kErrorCodes + 1} * kApps; ++i) {
    ratio_wander_.emplace_back(kRatioWander, kRatioStep, MixSeed(plan.seed, kRatios + i));
  }
}

double MonthRates::OperationsAt(size_t leaf, int64_t tick) const {
  const FleetPlace& place = FleetRows()[leaf];
  int64_t local = LocalTick(tick, place.region);
  double holiday = 0;
  double factor = 1;
  for (const MonthEvent& event : plan_.events) {
    if (!event.place.Holds(place)) continue;
    if (event.kind == EventKind::kLaunch && tick < event.start) return 0;
    if (event.kind == EventKind::kHoliday) holiday = WeekendShare(local, event.start, event.end);
    if (event.kind == EventKind::kClocks && event.IsOn(tick)) local -= kHourTicks;
    if (event.kind == EventKind::kCrowd && event.IsOn(tick)) factor *= event.factor;
  }
  return Fleet::Operations(leaf) * TrafficShape(leaf, local, holiday) * factor;
}

void MonthRates::Multiply(const MonthEvent& event, double factor, std::vector<double>* means) {
  for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
    if (!event.place.Holds(FleetRows()[leaf])) continue;
    for (const int code : event.codes) (*means)[Fleet::Cell(code, leaf)] *= factor;
  }
}

void MonthRates::StartMinute(int64_t tick) {
  for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
    operations_[leaf] = OperationsAt(leaf, tick) * traffic_wander_[leaf].Next();
  }
  size_t wander = 0;
  for (int code = 1; code <= kErrorCodes; ++code) {
    for (size_t app = 0; app < kApps; ++app) {
      const double ratio_factor = ratio_wander_[wander++].Next();
      for (size_t leaf = app * kRegions; leaf < (app + 1) * kRegions; ++leaf) {
        expected_[Fleet::Cell(code, leaf)] =
            operations_[leaf] * fleet_.Ratio(code, leaf) * ratio_factor;
      }
    }
  }
  for (const MonthEvent& event : plan_.events) {
    const bool lasting = event.kind == EventKind::kRelease || event.kind == EventKind::kPeak;
    if (lasting && event.IsOn(tick)) Multiply(event, event.factor, &expected_);
  }
  means_ = expected_;
  for (const MonthEvent& event : plan_.events) {
    if (event.is_outage() && event.IsOn(tick)) Multiply(event, event.FactorAt(tick), &means_);
  }
}

}  // namespace gmewatch::detect_eval
