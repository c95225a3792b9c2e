#include "daemon/expose/silence_families.h"

#include "absl/container/flat_hash_set.h"
#include "daemon/expose/metric_family.h"
#include "daemon/expose/metric_names.h"

namespace gmewatch {

std::vector<prometheus::MetricFamily> SilenceFamilies(const SilenceReport& report) {
  prometheus::MetricFamily stopped = NewFamily(kReportsStopped);
  prometheus::MetricFamily usual = NewFamily(kReportsUsualRate);
  // A place that has stopped twice within the hour has one sample.
  absl::flat_hash_set<Place> seen;
  for (const Silence& silence : report.silences) {
    if (!seen.insert(silence.place).second) continue;
    AddSample(kReportsStopped, {silence.place.region, silence.place.app}, silence.active ? 1 : 0,
              &stopped);
    if (!silence.active) continue;
    AddSample(kReportsUsualRate, {silence.place.region, silence.place.app}, silence.usual_rate,
              &usual);
  }
  return {stopped, usual};
}

}  // namespace gmewatch
