#include "daemon/expose/gme_families.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "daemon/expose/label_text.h"
#include "daemon/expose/open_metrics.h"
#include "daemon/model/code_label.h"

namespace gmewatch {
namespace {

// The HELP and TYPE lines of a family.
std::string FamilyHead(const MetricInfo& metric, bool open_metrics = false) {
  const absl::string_view name = open_metrics ? OpenMetricsFamily(metric.name) : metric.name;
  return absl::StrCat("# HELP ", name, " ", metric.help, "\n# TYPE ", name, " ",
                      MetricKindText(metric.kind), "\n");
}

// The text of a sample before the labels of its place: the name and the labels of the metric.
std::string Prefix(const MetricInfo& metric,
                   std::initializer_list<std::pair<absl::string_view, absl::string_view>> labels) {
  std::string prefix = absl::StrCat(metric.name, "{");
  for (const auto& [name, value] : labels) {
    AppendLabel(name, value, &prefix);
    prefix.push_back(',');
  }
  return prefix;
}

// Renders one number per place.
template <typename ValueOf>
void RenderPlaces(absl::string_view prefix, const ScrapeView& view, const Counters& counters,
                  const std::vector<absl::string_view>& places, ChunkWriter* out, ValueOf value) {
  for (size_t id = 0; id < places.size() && out->open(); ++id) {
    if (places[id].empty()) continue;
    out->Sample(prefix, places[id], view.place_shown[id] ? value(counters.place(id)) : 0);
  }
}

// Renders one tally per cell, place by place, in the order of the counters in memory.
void RenderCells(const std::vector<std::string>& prefixes, Tally Cell::*tally,
                 const ScrapeView& view, const Counters& counters,
                 const std::vector<absl::string_view>& places, ChunkWriter* out) {
  for (size_t id = 0; id < places.size() && out->open(); ++id) {
    if (places[id].empty()) continue;
    const PlaceCounters& place = counters.place(id);
    const bool shown = view.place_shown[id];
    for (size_t slot = 0; slot < prefixes.size(); ++slot) {
      const bool counts = shown && view.code_shown[slot];
      out->Sample(prefixes[slot], places[id], counts ? (place.cell(slot).*tally).value() : 0);
    }
  }
}

void AppendInfo(const MetricInfo& metric, std::initializer_list<absl::string_view> values,
                std::string* out) {
  absl::StrAppend(out, metric.name, "{");
  size_t i = 0;
  for (const absl::string_view value : values) {
    if (i > 0) {
      out->push_back(',');
    }
    AppendLabel(metric.labels[i], value, out);
    ++i;
  }
  absl::StrAppend(out, "} 1\n");
}

}  // namespace

GmeFamilies::GmeFamilies(const Counters& counters)
    : counters_(counters), texts_(std::make_shared<CatalogText>()) {}

void GmeFamilies::Render(const ScrapeView& view, bool open_metrics, ChunkWriter* out) {
  const std::shared_ptr<const CatalogText> texts = Texts();
  const std::vector<absl::string_view> places = PlaceLabels(view.place_shown.size());

  for (const auto& [metric, tally] :
       {std::pair(&kErrorEvents, &Cell::events), std::pair(&kErrorSessions, &Cell::sessions),
        std::pair(&kErrorLateEvents, &Cell::late)}) {
    out->Append(FamilyHead(*metric, open_metrics));
    RenderCells(CodePrefixes(*metric, view, *texts), tally, view, counters_, places, out);
  }

  out->Append(FamilyHead(kSuccessEvents, open_metrics));
  RenderPlaces(Prefix(kSuccessEvents, {}), view, counters_, places, out,
               [](const PlaceCounters& place) { return place.success_events(); });
  out->Append(FamilyHead(kSessions, open_metrics));
  RenderPlaces(Prefix(kSessions, {}), view, counters_, places, out,
               [](const PlaceCounters& place) { return place.sessions(); });
  out->Append(FamilyHead(kClientLostEvents, open_metrics));
  for (size_t reason = 0; reason < kLossReasons; ++reason) {
    RenderPlaces(Prefix(kClientLostEvents, {{kLabelReason, kLossReasonLabels[reason]}}), view,
                 counters_, places, out,
                 [reason](const PlaceCounters& place) { return place.lost(reason); });
  }
  RenderInfo(texts->code_info, view, out);
  RenderInfo(texts->solution_info, view, out);
}

void GmeFamilies::RenderInfo(const InfoText& info, const ScrapeView& view, ChunkWriter* out) const {
  out->Append(info.documented);
  for (size_t slot = kOtherSlot + 1; slot < view.codes; ++slot) {
    const auto found = info.of_overlays.find(counters_.code(slot));
    if (found != info.of_overlays.end()) out->Append(found->second);
  }
}

void GmeFamilies::SetCatalog(absl::Span<const CatalogCode> codes, const CatalogDisplay& display) {
  auto texts = std::make_shared<CatalogText>();
  for (const CatalogCode& code : codes) {
    texts->category.emplace(code.value, code.category);
  }
  texts->code_info = CodeInfo(codes);
  if (!display.hide_solution_info) {
    texts->solution_info = SolutionInfo(codes, display.public_url);
  }
  absl::MutexLock lock(&mutex_);
  texts_ = std::move(texts);
}

uint64_t GmeFamilies::SeriesCount(const ScrapeView& view) {
  constexpr size_t kMetricsOfCell = 3;   // events, sessions, late
  constexpr size_t kMetricsOfPlace = 2;  // success, sessions
  return view.place_shown.size() * (view.codes * kMetricsOfCell + kMetricsOfPlace + kLossReasons);
}

GmeFamilies::InfoText GmeFamilies::CodeInfo(absl::Span<const CatalogCode> codes) {
  InfoText info{FamilyHead(kErrorCodeInfo), {}};
  for (const CatalogCode& code : codes) {
    AppendInfo(kErrorCodeInfo,
               {absl::StrCat(code.value), code.name, code.category, code.subcategory, code.severity,
                code.action},
               info.For(code));
  }
  return info;
}

GmeFamilies::InfoText GmeFamilies::SolutionInfo(absl::Span<const CatalogCode> codes,
                                                absl::string_view public_url) {
  InfoText info{FamilyHead(kErrorCodeSolutionInfo), {}};
  const absl::string_view base = absl::StripSuffix(public_url, "/");
  for (const CatalogCode& code : codes) {
    AppendInfo(kErrorCodeSolutionInfo,
               {absl::StrCat(code.value), code.name, code.category,
                CutAtCharacter(
                    absl::StrCat(code.solution, code.sdk_note.empty() ? "" : " ", code.sdk_note),
                    kSolutionBytesMax),
                absl::StrCat(base, "/codes/", code.value)},
               info.For(code));
  }
  return info;
}

std::vector<absl::string_view> GmeFamilies::PlaceLabels(size_t places) {
  absl::MutexLock lock(&mutex_);
  for (size_t id = place_labels_.size(); id < places; ++id) {
    const Place& place = counters_.place(id).place();
    std::string& labels = place_labels_.emplace_back();
    AppendLabel(kLabelRegion, place.region, &labels);
    labels.push_back(',');
    AppendLabel(kLabelApp, place.app, &labels);
    labels.append("} ");
  }
  std::vector<absl::string_view> labels(
      place_labels_.begin(), place_labels_.begin() + static_cast<std::ptrdiff_t>(places));
  for (size_t id = 0; id < places; ++id) {
    if (counters_.place(id).gone()) labels[id] = {};
  }
  return labels;
}

std::shared_ptr<const GmeFamilies::CatalogText> GmeFamilies::Texts() const {
  absl::MutexLock lock(&mutex_);
  return texts_;
}

std::string GmeFamilies::CategoryOf(int32_t code, bool other) const {
  return std::string(CategoryIn(*Texts(), code, other));
}

absl::string_view GmeFamilies::CategoryIn(const CatalogText& texts, int32_t code, bool other) {
  const auto found = texts.category.find(code);
  return other || found == texts.category.end() ? kUnknownCategory
                                                : absl::string_view(found->second);
}

std::vector<std::string> GmeFamilies::CodePrefixes(const MetricInfo& metric, const ScrapeView& view,
                                                   const CatalogText& texts) const {
  std::vector<std::string> prefixes;
  prefixes.reserve(view.codes);
  for (size_t slot = 0; slot < view.codes; ++slot) {
    const bool other = slot == kOtherSlot;
    const absl::string_view category = CategoryIn(texts, counters_.code(slot), other);
    prefixes.push_back(Prefix(metric, {{kLabelCode, CodeLabel(counters_.code(slot), other)},
                                       {kLabelCategory, category}}));
  }
  return prefixes;
}

}  // namespace gmewatch
