#include "daemon/expose/silence_families.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "daemon/expose/metric_family.h"
#include "daemon/expose/metric_names.h"

namespace gmewatch {
namespace {

// Only a stop of a version has its labels.
void AddSilence(const MetricInfo& metric, const Silence& silence, double value,
                prometheus::MetricFamily* family) {
  const Place& place = silence.place;
  if (silence.version.empty()) {
    AddSample(metric, {place.region, place.app}, value, family);
  } else {
    AddSample(metric,
              {place.region, place.app, silence.version.platform, silence.version.app_version},
              value, family);
  }
}

}  // namespace

std::vector<prometheus::MetricFamily> SilenceFamilies(const SilenceReport& report) {
  prometheus::MetricFamily stopped = NewFamily(kReportsStopped);
  prometheus::MetricFamily usual = NewFamily(kReportsUsualRate);
  // A place that has stopped twice within the hour has one sample.
  absl::flat_hash_set<std::pair<Place, std::pair<std::string, std::string>>> seen;
  for (const Silence& silence : report.silences) {
    const ClientVersion& version = silence.version;
    if (!seen.insert({silence.place, {version.platform, version.app_version}}).second) continue;
    AddSilence(kReportsStopped, silence, silence.active ? 1 : 0, &stopped);
    if (silence.active) AddSilence(kReportsUsualRate, silence, silence.usual_rate, &usual);
  }
  return {stopped, usual};
}

}  // namespace gmewatch
