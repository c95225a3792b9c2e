// The half of GmeFamilies that renders spikes and retry loops.
#include <array>
#include <charconv>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/expose/family_text.h"
#include "daemon/expose/gme_families.h"
#include "daemon/expose/label_text.h"
#include "daemon/model/code_label.h"

namespace gmewatch {
namespace {

struct SpikeFamily {
  const MetricInfo& metric;
  bool active_only;
  double (*value)(const Spike& spike);
};

double IsActive(const Spike& spike) { return spike.active ? 1 : 0; }

constexpr SpikeFamily kSpikeFamilies[] = {
    {kSpikeActive, false, IsActive},
    {kSpikeStart, true, [](const Spike& spike) { return static_cast<double>(spike.start_s); }},
    {kSpikeExpectedRate, true, [](const Spike& spike) { return spike.expected_rate; }},
    {kSpikeObservedRate, true, [](const Spike& spike) { return spike.observed_rate; }},
    {kSpikeScore, true, [](const Spike& spike) { return spike.score; }},
};
constexpr SpikeFamily kLoopFamily = {kRetryLoopActive, false, IsActive};

// `{code="CODE",category="CATEGORY",region="REGION",app="APP"} `
std::string Labels(const SpikePlace& where, absl::string_view category) {
  std::string labels = "{";
  AppendLabel(kLabelCode, CodeLabel(where.code, where.other_code), &labels);
  labels.push_back(',');
  AppendLabel(kLabelCategory, category, &labels);
  labels.push_back(',');
  AppendLabel(kLabelRegion, where.place.region, &labels);
  labels.push_back(',');
  AppendLabel(kLabelApp, where.place.app, &labels);
  labels.append("} ");
  return labels;
}

// With all its digits: a time has ten of them.
std::string Number(double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
  return {digits.begin(), end};
}

}  // namespace

void GmeFamilies::RenderSpikes(const SpikeReport& report, ChunkWriter* out) const {
  const std::shared_ptr<const CatalogText> texts = Texts();
  const auto render_sample = [&](const MetricInfo& metric, const SpikePlace& where, double value) {
    const absl::string_view category = CategoryOf(where.other_code, where.code, *texts);
    out->Append(absl::StrCat(metric.name, Labels(where, category), Number(value), "\n"));
  };
  const auto render = [&](const SpikeFamily& family, bool retry_loops) {
    out->Append(FamilyHead(family.metric));
    for (const Spike& spike : report.spikes) {
      if (spike.retry_loop != retry_loops || (family.active_only && !spike.active)) continue;
      render_sample(family.metric, spike.where, family.value(spike));
    }
  };
  for (const SpikeFamily& family : kSpikeFamilies) render(family, false);
  out->Append(FamilyHead(kSpikeIncident));
  for (const Incident& incident : report.incidents) {
    if (!incident.active) continue;
    for (const SpikePlace& member : incident.members) {
      render_sample(kSpikeIncident, member, static_cast<double>(incident.id));
    }
  }
  render(kLoopFamily, true);
}

}  // namespace gmewatch
