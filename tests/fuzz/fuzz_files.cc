#include <algorithm>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "daemon/catalog/catalog.h"
#include "daemon/config/settings.h"
#include "daemon/model/limits.h"
#include "tests/fuzz/targets.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kFile = "file.yaml";

// A number and a colon at the front of `text`, which loses them; 0 where there are none.
int TakeNumber(absl::string_view* text) {
  const size_t colon = text->find(':');
  int number = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(text->substr(0, colon), &number)) {
    return 0;
  }
  text->remove_prefix(colon + 1);
  return number;
}

// "FILE:LINE:COLUMN: words", the line one of the text's, or the one behind its end.
void CheckFault(const absl::Status& status, absl::string_view text) {
  Require(absl::IsInvalidArgument(status), "a fault is InvalidArgument");
  absl::string_view message(status.message().data(), status.message().size());
  Require(absl::ConsumePrefix(&message, absl::StrCat(kFile, ":")), "a fault names its file");
  const int line = TakeNumber(&message);
  const int column = TakeNumber(&message);
  const auto breaks =
      std::count_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; });
  Require(line >= 1 && line <= breaks + 2, "a fault names a line");
  Require(column >= 1 && column <= static_cast<int>(text.size()) + 2, "a fault names a column");
  Require(absl::ConsumePrefix(&message, " ") && !message.empty(), "a fault says what it is");
}

std::string Quoted(absl::string_view text) {
  return absl::StrCat(
      "\"",
      absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}, {"\t", "\\t"}}),
      "\"");
}

std::string ToYaml(const Catalog& catalog) {
  std::string yaml = absl::StrCat("source: ", Quoted(catalog.source()), "\ncodes:\n");
  for (const CatalogCode& code : catalog.codes()) {
    absl::StrAppend(&yaml, "- {value: ", code.value, ", name: ", Quoted(code.name),
                    ", category: ", code.category, ", subcategory: ", Quoted(code.subcategory),
                    ", severity: ", code.severity, ", action: ", code.action);
    absl::StrAppend(&yaml, ", description: ", Quoted(code.description),
                    ", cause: ", Quoted(code.cause), ", solution: ", Quoted(code.solution), "}\n");
  }
  return yaml;
}

bool Same(const CatalogCode& x, const CatalogCode& y) {
  return x.value == y.value && x.name == y.name && x.category == y.category &&
         x.subcategory == y.subcategory && x.severity == y.severity && x.action == y.action &&
         x.description == y.description && x.cause == y.cause && x.solution == y.solution;
}

std::string Nanoseconds(absl::Duration duration) {
  return absl::StrCat(absl::ToInt64Nanoseconds(duration), "ns");
}

std::string ToYaml(const AppSettings& app) {
  std::string yaml = absl::StrCat("- name: ", Quoted(app.name), "\n  regions:\n");
  for (const std::string& region : app.regions) {
    absl::StrAppend(&yaml, "  - ", Quoted(region), "\n");
  }
  absl::StrAppend(&yaml, "  keys:\n");
  for (const std::string& key : app.keys) absl::StrAppend(&yaml, "  - ", Quoted(key), "\n");
  return yaml;
}

std::string ToYaml(const Settings& s) {
  std::string yaml = "apps:\n";
  for (const AppSettings& app : s.apps) absl::StrAppend(&yaml, ToYaml(app));
  absl::StrAppend(&yaml, "limits:\n  max_app_regions: ", s.max_app_regions,
                  "\n  max_sessions: ", s.max_sessions,
                  "\n  session_horizon: ", Nanoseconds(s.session_horizon),
                  "\n  max_pending_bytes: ", s.max_pending_bytes, "\n");
  absl::StrAppend(&yaml, "ingest:\n  reflection: ", s.reflection ? "true" : "false",
                  "\n  max_message_bytes: ", s.max_message_bytes, "\n");
  if (s.tls.has_value()) {
    absl::StrAppend(&yaml, "  tls:\n    certificate_file: ", Quoted(s.tls->certificate_file),
                    "\n    key_file: ", Quoted(s.tls->key_file), "\n");
    if (!s.tls->client_ca_file.empty()) {
      absl::StrAppend(&yaml, "    client_ca_file: ", Quoted(s.tls->client_ca_file), "\n");
    }
  }
  absl::StrAppend(&yaml, "log:\n  commit_interval: ", Nanoseconds(s.commit_interval),
                  "\n  checkpoint_interval: ", Nanoseconds(s.checkpoint_interval), "\n");
  absl::StrAppend(&yaml, "expose:\n  public_url: ", Quoted(s.public_url),
                  "\n  hide_solution_info: ", s.hide_solution_info ? "true" : "false",
                  "\n  grafana_url: ", Quoted(s.grafana_url),
                  "\n  prometheus_url: ", Quoted(s.prometheus_url), "\n");
  if (s.annotate != AnnotateSettings()) {
    absl::StrAppend(&yaml, "annotations:\n  grafana_url: ", Quoted(s.annotate.grafana_url),
                    "\n  token_file: ", Quoted(s.annotate.token_file),
                    "\n  ca_file: ", Quoted(s.annotate.ca_file), "\n");
  }
  return yaml;
}

}  // namespace

void FuzzCatalog(absl::string_view bytes) {
  const absl::StatusOr<Catalog> catalog = Catalog::Parse(bytes, kFile);
  if (!catalog.ok()) {
    CheckFault(catalog.status(), bytes);
    return;
  }
  const auto& codes = catalog->codes();
  Require(!codes.empty() && codes.size() <= kCatalogCodesMax, "1 to 126 codes");
  for (const CatalogCode& code : codes) {
    Require(code.value != 0 && catalog->Find(code.value) == &code, "each value once");
    Require(!code.name.empty() && !code.solution.empty(), "a name and a solution");
    Require((code.category == "voice_message") == !code.subcategory.empty(), "subcategories");
  }
  const absl::StatusOr<Catalog> again = Catalog::Parse(ToYaml(*catalog), kFile);
  Require(again.ok(), "what was written anew is a catalogue");
  Require(again->source() == catalog->source() &&
              std::equal(codes.begin(), codes.end(), again->codes().begin(), again->codes().end(),
                         Same),
          "and the same");
}

void FuzzSettings(absl::string_view bytes) {
  const absl::StatusOr<Settings> settings = ParseSettings(bytes, kFile);
  if (!settings.ok()) {
    CheckFault(settings.status(), bytes);
    return;
  }
  const absl::StatusOr<Settings> again = ParseSettings(ToYaml(*settings), kFile);
  Require(again.ok(), "what was written anew are settings");
  Require(*again == *settings, "and the same");
}

}  // namespace gmewatch
