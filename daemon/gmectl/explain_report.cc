#include "daemon/gmectl/explain_report.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "daemon/base/json_text.h"
#include "daemon/catalog/runbook.h"
#include "daemon/gmectl/text_columns.h"

namespace gmewatch {
namespace {

constexpr size_t kIndent = 2;

void AddHeading(absl::string_view text, Screen* screen) {
  screen->Blank();
  screen->Paragraph(text, 0, "", Ink::kStrong);
}

bool Fits(absl::string_view text) {
  return absl::c_all_of(Wrap(text, kScreenColumns - kIndent), [](const std::string& line) {
    return ColumnsOf(line) <= kScreenColumns - kIndent;
  });
}

// A query may be broken over lines, its comment may not: it would become a part of the query. So
// the comment gets lines of its own before the query.
void AddQuery(const std::string& query, Screen* screen) {
  std::pair<std::string, std::string> parts = absl::StrSplit(query, absl::MaxSplits("  # ", 1));
  // Breaks are at spaces; these let a long list of codes start on a new line.
  if (!Fits(parts.first))
    parts.first = absl::StrReplaceAll(parts.first, {{"{", "{ "}, {"}", " }"}});
  screen->Blank();
  if (!parts.second.empty()) screen->Paragraph(parts.second, kIndent, "# ");
  screen->Paragraph(parts.first, kIndent);
}

void AddRelated(const Runbook& runbook, const Catalog& catalog, Screen* screen) {
  if (runbook.related.empty()) return;
  screen->Blank();
  std::vector<std::vector<TableCell>> rows;
  for (const int32_t related : runbook.related) {
    const CatalogCode& code = *catalog.Find(related);
    rows.push_back({{absl::StrCat(code.value)},
                    {code.name},
                    {code.subcategory.empty() ? code.category : code.subcategory}});
  }
  screen->Table({{"CODE", true}, {"RELATED CODE", false, Column::Cut::kStart}, {"CATEGORY"}},
                std::move(rows), kIndent);
}

std::string JsonTexts(const std::vector<std::string>& texts) {
  return absl::StrCat("[",
                      absl::StrJoin(texts, ",",
                                    [](std::string* out, const std::string& text) {
                                      absl::StrAppend(out, JsonText(text));
                                    }),
                      "]");
}

}  // namespace

void AddRunbook(const CatalogCode& code, const Catalog& catalog, Screen* screen) {
  const Runbook runbook = RunbookFor(code, catalog);
  screen->Paragraph(absl::StrCat(code.value, " ", code.name), 0, "", Ink::kStrong);
  screen->Paragraph(absl::StrCat(code.category, code.subcategory.empty() ? "" : ", ",
                                 code.subcategory, "; ", code.severity,
                                 code.overlay.empty() ? "" : "; of the overlay ", code.overlay));
  AddHeading("Meaning", screen);
  for (const std::string& text : {runbook.description, runbook.cause}) {
    if (!text.empty()) screen->Paragraph(text, kIndent);
  }
  AddHeading("Impact", screen);
  screen->Paragraph(runbook.impact, kIndent);
  AddHeading("Diagnosis", screen);
  for (size_t i = 0; i < runbook.steps.size(); ++i) {
    screen->Paragraph(runbook.steps[i], kIndent, absl::StrCat(i + 1, ". "));
  }
  AddRelated(runbook, catalog, screen);
  for (const std::string& query : runbook.queries) AddQuery(query, screen);
  AddHeading("Mitigation", screen);
  screen->Paragraph(runbook.solution, kIndent, "", Ink::kStrong);
  if (!runbook.sdk_note.empty()) screen->Paragraph(runbook.sdk_note, kIndent);
  screen->Paragraph(runbook.who, kIndent, "Who must act: ");
}

std::string RunbookJson(const CatalogCode& code, const Catalog& catalog, absl::string_view live) {
  const Runbook runbook = RunbookFor(code, catalog);
  std::string json = absl::StrCat("{\"code\":", code.value);
  const auto add = [&json](absl::string_view name, absl::string_view value) {
    absl::StrAppend(&json, ",\"", name, "\":", value);
  };
  add("name", JsonText(code.name));
  add("category", JsonText(code.category));
  add("subcategory", JsonText(code.subcategory));
  add("severity", JsonText(code.severity));
  add("action", JsonText(code.action));
  add("description", JsonText(runbook.description));
  add("cause", JsonText(runbook.cause));
  add("impact", JsonText(runbook.impact));
  add("steps", JsonTexts(runbook.steps));
  add("queries", JsonTexts(runbook.queries));
  add("related", absl::StrCat("[", absl::StrJoin(runbook.related, ","), "]"));
  add("solution", JsonText(runbook.solution));
  add("who", JsonText(runbook.who));
  add("source", JsonText(code.overlay.empty() ? catalog.source() : code.overlay));
  add("sdk_note", JsonText(runbook.sdk_note));
  if (!live.empty()) add("live", live);
  return json + "}\n";
}

}  // namespace gmewatch
