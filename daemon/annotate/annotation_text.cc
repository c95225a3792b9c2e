#include "daemon/annotate/annotation_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/base/escape_html.h"
#include "daemon/base/url_encode.h"
#include "daemon/model/code_label.h"
#include "daemon/model/limits.h"
#include "daemon/model/spike_reason.h"

namespace gmewatch {
namespace {

constexpr size_t kTagValueBytesMax = 100;
constexpr int64_t kAroundMs = 1'800'000;  // shown before and after the spike

// FNV-1a. It must not change: tags that earlier versions wrote are searched for.
uint64_t Fingerprint(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

std::string PlaceText(const Place& place) {
  const bool all_apps = place.app == kAllLabel;
  const bool all_regions = place.region == kAllLabel;
  if (all_apps && all_regions) return "all apps and regions";
  return absl::StrCat(all_regions ? "all regions" : EscapeHtml(place.region), " of ",
                      all_apps ? "all apps" : EscapeHtml(place.app));
}

// Events per minute, the unit in which people think of a game's errors.
std::string PerMinute(double per_second) {
  const double rate = per_second * 60;
  return rate < 10 ? absl::StrFormat("%.1f", rate) : absl::StrFormat("%.0f", rate);
}

// Nobody knows the reason of an ended spike any more.
std::string ReasonText(const Spike& spike) {
  const std::string reason = spike.active ? SpikeReason(spike) : "";
  return reason.empty() ? "" : absl::StrCat(reason, "<br/>");
}

std::string RatesText(const AnnotatedSpike& annotated) {
  const Spike& spike = annotated.spike;
  if (!spike.active && !annotated.height_known) return "";
  const double rate = spike.active ? spike.observed_rate : annotated.peak_rate;
  return absl::StrCat(spike.active ? "" : "up to ", PerMinute(rate), " a minute, ",
                      PerMinute(spike.expected_rate), " expected at this hour<br/>",
                      ReasonText(spike));
}

// Sets a variable of the dashboard. "all", the label of a roll-up, is not one of its values.
std::string Variable(absl::string_view name, absl::string_view label) {
  return absl::StrCat("&var-", name, "=",
                      UrlEncode(label == kAllLabel ? absl::string_view("$__all") : label));
}

std::string LinksText(const AnnotatedSpike& annotated, const AnnotationLinks& links) {
  const SpikePlace& where = annotated.spike.where;
  const int64_t from_ms = annotated.spike.start_s * 1000 - kAroundMs;
  const std::string to =
      annotated.spike.active ? "now" : absl::StrCat(annotated.until_s * 1000 + kAroundMs);
  std::string html =
      absl::StrCat("<a href=\"",
                   EscapeHtml(absl::StrCat(
                       links.grafana_path, "/d/gme-code?from=", from_ms, "&to=", to,
                       Variable("code", CodeLabel(where.code, where.other_code)),
                       Variable("app", where.place.app), Variable("region", where.place.region))),
                   "\">dashboard</a>");
  if (where.other_code) return html;  // there is no runbook for several codes
  return absl::StrCat("<a href=\"", EscapeHtml(links.public_url), "/codes/", where.code,
                      "\">runbook</a> ", html);
}

std::string NoteText(const CatalogCode* code) {
  const bool has_note = code != nullptr && !code->sdk_note.empty();
  return has_note ? absl::StrCat(EscapeHtml(code->sdk_note), "<br/>") : "";
}

}  // namespace

std::string PlaceTag(const SpikePlace& where) {
  const std::string code = CodeLabel(where.code, where.other_code);
  const std::string names = absl::StrCat(where.place.app, "/", where.place.region);
  const std::string value = absl::StrCat(code, "/", names);
  if (value.size() <= kTagValueBytesMax) return absl::StrCat("gmewatch:", value);
  return absl::StrFormat("gmewatch:%s/%016x", code, Fingerprint(names));
}

Annotation AnnotationFor(const AnnotatedSpike& annotated, const CatalogCode* code,
                         const AnnotationLinks& links) {
  const Spike& spike = annotated.spike;
  Annotation out;
  out.time_ms = spike.start_s * 1000;
  out.time_end_ms = annotated.until_s * 1000;
  out.tags = {"gme",
              "spike",
              absl::StrCat("code:", CodeLabel(spike.where.code, spike.where.other_code)),
              absl::StrCat("app:", spike.where.place.app),
              absl::StrCat("region:", spike.where.place.region),
              PlaceTag(spike.where)};
  if (spike.active) out.tags.emplace_back(kLastingTag);
  const std::string name = code == nullptr ? "" : absl::StrCat(" ", EscapeHtml(code->name));
  out.text =
      absl::StrCat("<b>", CodeLabel(spike.where.code, spike.where.other_code), name, "</b> in ",
                   PlaceText(spike.where.place), "<br/>", RatesText(annotated), "<b>Fix:</b> ",
                   code == nullptr ? "this code is not documented" : EscapeHtml(code->solution),
                   "<br/>", NoteText(code), LinksText(annotated, links));
  return out;
}

}  // namespace gmewatch
