#include "daemon/catalog/runbook.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"
#include "daemon/catalog/related_codes.h"
#include "daemon/catalog/shipped_overlays.h"

namespace gmewatch {
namespace {

std::string ImpactOf(const CatalogCode& code, const CatalogAction& action) {
  const bool is_noticed = code.severity != "benign" && !action.reach.empty();
  return is_noticed ? absl::StrCat(code.impact, " ", action.reach) : code.impact;
}

// "upload" for a voice message, "server" for a code that has no subcategory.
absl::string_view PartOf(const CatalogCode& code) {
  return code.subcategory.empty() ? code.category : code.subcategory;
}

// Whether one of `steps` begins with the heading of `step`: "Start: ...".
bool HasHeadingOf(const std::string& step, const std::vector<std::string>& steps) {
  const size_t colon = step.find(':');
  if (colon == std::string::npos) return false;
  return absl::c_any_of(steps, [&](const std::string& other) {
    return absl::StartsWith(other, step.substr(0, colon + 1));
  });
}

std::vector<std::string> StepsFor(const CatalogCode& code, const Catalog& catalog,
                                  const std::vector<int32_t>& related) {
  const std::vector<std::string>& own = catalog.ActionOf(code).steps;
  std::vector<std::string> steps = own;
  // Nothing is wrong, so there is nothing else to find.
  if (code.severity == "benign") return steps;
  const auto add = [&](const std::string& step) {
    if (step.empty() || HasHeadingOf(step, own)) return;
    steps.push_back(absl::StrReplaceAll(step, {{"$code", absl::StrCat(code.value)},
                                               {"$related", absl::StrJoin(related, ", ")},
                                               {"$part", PartOf(code)}}));
  };
  const CatalogGeneralSteps& general = catalog.general_steps();
  add(related.empty() ? general.unrelated : general.related);
  for (const std::string& step : general.always) add(step);
  return steps;
}

// Each query says at its end what it shows; PromQL takes that for a comment.
std::vector<std::string> QueriesFor(const CatalogCode& code, const std::vector<int32_t>& related) {
  std::vector<std::string> queries = {
      absl::Substitute("sum by (app, region) (rate(gme_error_events_total{code=\"$0\"}[5m]))"
                       "  # events per second, by app and region",
                       code.value),
      absl::Substitute("gme_spike_observed_rate{code=\"$0\"} / gme_spike_expected_rate{code=\"$0\"}"
                       "  # observed rate of a spike, as a multiple of the expected rate",
                       code.value),
      // At least 1, because a retry loop that goes on has no new sessions.
      absl::Substitute("sum by (app, region) (increase(gme_error_events_total{code=\"$0\"}[1h])) / "
                       "clamp_min(sum by (app, region) "
                       "(increase(gme_error_sessions_total{code=\"$0\"}[1h])), 1)"
                       "  # events per new session",
                       code.value)};
  if (related.empty()) {
    queries.push_back(absl::Substitute(
        "topk(10, sum by (code) (rate(gme_error_events_total{category=\"$0\"}[5m])) * on (code) "
        "group_left (name) max by (code, name) (gme_error_code_info{subcategory=\"$1\"}))"
        "  # other $2 codes",
        code.category, code.subcategory, PartOf(code)));
  } else {
    queries.push_back(
        absl::Substitute("sum by (code, region) (rate(gme_error_events_total{code=~\"$0|$1\"}[5m]))"
                         "  # with the related codes",
                         code.value, absl::StrJoin(related, "|")));
  }
  return queries;
}

}  // namespace

Runbook RunbookFor(const CatalogCode& code, const Catalog& catalog) {
  const CatalogAction& action = catalog.ActionOf(code);
  Runbook runbook;
  runbook.description = code.description;
  runbook.cause = code.cause;
  runbook.impact = ImpactOf(code, action);
  runbook.related = RelatedCodes(code, catalog);
  runbook.steps = StepsFor(code, catalog, runbook.related);
  runbook.queries = QueriesFor(code, runbook.related);
  runbook.solution = code.solution;
  runbook.who = action.who;
  runbook.sdk_note = ShippedSdkNote(code);
  return runbook;
}

}  // namespace gmewatch
