#include "daemon/expose/spike_families.h"

#include <utility>

#include "daemon/expose/metric_family.h"
#include "daemon/expose/metric_names.h"
#include "daemon/model/code_label.h"

namespace gmewatch {
namespace {

struct SpikeFamily {
  const MetricInfo& metric;
  bool active_only;
  bool known_only;  // 0 stands for not known
  double (*value)(const Spike& spike);
};

double IsActive(const Spike& spike) { return spike.active ? 1 : 0; }

constexpr SpikeFamily kSpikeFamilies[] = {
    {kSpikeActive, false, false, IsActive},
    {kSpikeStart, true, false,
     [](const Spike& spike) { return static_cast<double>(spike.start_s); }},
    {kSpikeExpectedRate, true, false, [](const Spike& spike) { return spike.expected_rate; }},
    {kSpikeObservedRate, true, false, [](const Spike& spike) { return spike.observed_rate; }},
    {kSpikeScore, true, false, [](const Spike& spike) { return spike.score; }},
    {kSpikeOperationsShare, true, true, [](const Spike& spike) { return spike.operations_share; }},
    {kSpikeTrafficRatio, true, true, [](const Spike& spike) { return spike.traffic_ratio; }},
    {kSpikeSessions, true, true, [](const Spike& spike) { return double{1} * spike.sessions; }},
    {kSpikeNewSessions, true, false,
     [](const Spike& spike) { return double{1} * spike.new_sessions; }},
    {kSpikeAddresses, true, true, [](const Spike& spike) { return double{1} * spike.addresses; }},
};
constexpr SpikeFamily kRetryLoopFamily = {kRetryLoopActive, false, false, IsActive};

void AddSample(const MetricInfo& metric, const SpikePlace& where, double value, CategoryFn category,
               prometheus::MetricFamily* family) {
  AddSample(metric,
            {CodeLabel(where.code, where.other_code), category(where.code, where.other_code),
             where.place.region, where.place.app},
            value, family);
}

prometheus::MetricFamily FamilyOf(const SpikeFamily& kind, bool retry_loops,
                                  const SpikeReport& report, CategoryFn category) {
  prometheus::MetricFamily family = NewFamily(kind.metric);
  for (const Spike& spike : report.spikes) {
    if (spike.retry_loop != retry_loops || (kind.active_only && !spike.active)) continue;
    if (kind.known_only && kind.value(spike) == 0) continue;
    AddSample(kind.metric, spike.where, kind.value(spike), category, &family);
  }
  return family;
}

// A sample of `metric` for each member of an active incident.
template <typename ValueOf>
prometheus::MetricFamily IncidentFamily(const MetricInfo& metric, const SpikeReport& report,
                                        CategoryFn category, ValueOf value) {
  prometheus::MetricFamily family = NewFamily(metric);
  for (const Incident& incident : report.incidents) {
    if (!incident.active) continue;
    for (const SpikePlace& member : incident.members) {
      AddSample(metric, member, static_cast<double>(value(incident, member)), category, &family);
    }
  }
  return family;
}

void AddTraffic(const SpikeReport& report, std::vector<prometheus::MetricFamily>* families) {
  prometheus::MetricFamily ratio = NewFamily(kTrafficRatio);
  prometheus::MetricFamily launch = NewFamily(kLaunchStart);
  for (const TrafficLine& line : report.traffic) {
    if (!line.active) continue;
    const bool launched = line.kind == TrafficLine::Kind::kLaunch;
    AddSample(launched ? kLaunchStart : kTrafficRatio, {line.place.region, line.place.app},
              launched ? static_cast<double>(line.start_s) : line.observed_rate / line.usual_rate,
              launched ? &launch : &ratio);
  }
  families->push_back(std::move(ratio));
  families->push_back(std::move(launch));
}

}  // namespace

std::vector<prometheus::MetricFamily> SpikeFamilies(const SpikeReport& report,
                                                    CategoryFn category) {
  std::vector<prometheus::MetricFamily> families;
  for (const SpikeFamily& kind : kSpikeFamilies) {
    families.push_back(FamilyOf(kind, /*retry_loops=*/false, report, category));
  }
  families.push_back(
      IncidentFamily(kSpikeIncident, report, category,
                     [](const Incident& incident, const SpikePlace&) { return incident.id; }));
  families.push_back(IncidentFamily(
      kSpikeLikelyCause, report, category, [](const Incident& incident, const SpikePlace& member) {
        return !member.other_code && member.code == incident.cause_code;
      }));
  families.push_back(NewFamily(kIncidentActive));
  for (const Incident& incident : report.incidents) {
    if (!incident.active) continue;
    AddSample(kIncidentActive, {incident.cause_code, false, incident.place}, 1, category,
              &families.back());
  }
  families.push_back(FamilyOf(kRetryLoopFamily, /*retry_loops=*/true, report, category));
  AddTraffic(report, &families);
  return families;
}

}  // namespace gmewatch
