#include "daemon/catalog/catalog_check.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kVoiceMessage = "voice_message";
constexpr std::array<absl::string_view, 3> kCategories = {"client", "server", kVoiceMessage};
constexpr std::array<absl::string_view, 5> kSubcategories = {"recording", "upload", "download",
                                                             "playback", "speech_to_text"};
constexpr std::array<absl::string_view, 3> kSeverities = {"benign", "warning", "error"};

// The first of `checks` that failed.
absl::Status FirstError(std::initializer_list<absl::Status> checks) {
  const auto* const failed = absl::c_find_if(checks, [](const auto& check) { return !check.ok(); });
  return failed == checks.end() ? absl::OkStatus() : *failed;
}

// Checks one row; `path` is where the file has it, such as "codes[3]", `what` names it in errors.
class RowCheck {
 public:
  RowCheck(const YamlFields& fields, std::string path, std::string what)
      : fields_(fields), path_(std::move(path)), what_(std::move(what)) {}

  absl::Status Error(absl::string_view field, absl::string_view what) const {
    return fields_.Error(absl::StrCat(path_, ".", field), what);
  }
  absl::Status Filled(absl::string_view field, const std::string& text) const {
    if (!text.empty()) return absl::OkStatus();
    return Error(field, absl::StrCat(field, " of ", what_, " is empty"));
  }
  absl::Status OneOf(absl::string_view field, const std::string& word,
                     absl::Span<const absl::string_view> allowed) const {
    if (absl::c_linear_search(allowed, word)) return absl::OkStatus();
    const std::string fault =
        word.empty() ? absl::StrCat(what_, " has no ", field)
                     : absl::StrCat("unknown ", field, " \"", absl::Utf8SafeCHexEscape(word), "\"");
    return Error(field, absl::StrCat(fault, "; allowed: ", absl::StrJoin(allowed, ", ")));
  }
  absl::Status EmptyOrOneOf(absl::string_view field, const std::string& word,
                            absl::Span<const absl::string_view> allowed) const {
    return word.empty() ? absl::OkStatus() : OneOf(field, word, allowed);
  }
  bool Has(absl::string_view field) const { return fields_.Has(absl::StrCat(path_, ".", field)); }

 private:
  const YamlFields& fields_;
  const std::string path_;
  const std::string what_;
};

absl::Status CheckActions(const internal::Catalog& catalog, const YamlFields& fields) {
  for (int i = 0; i < catalog.actions_size(); ++i) {
    const internal::CatalogAction& action = catalog.actions(i);
    const std::string path = absl::StrCat("actions[", i, "]");
    const RowCheck row(fields, path,
                       absl::StrCat("action \"", absl::Utf8SafeCHexEscape(action.name()), "\""));
    absl::Status status =
        FirstError({row.Filled("name", action.name()), row.Filled("who", action.who())});
    if (!status.ok()) return status;
    if (const int first = FindAction(catalog, action.name()); first != i) {
      const int line = fields.Position(absl::StrCat("actions[", first, "].name")).line;
      return row.Error("name", absl::StrCat("action \"", absl::Utf8SafeCHexEscape(action.name()),
                                            "\" is there already, in line ", line));
    }
    if (action.steps().empty() || absl::c_linear_search(action.steps(), "")) {
      return row.Error("steps",
                       absl::StrCat("steps of action \"", absl::Utf8SafeCHexEscape(action.name()),
                                    "\" must be one text or more, none of them empty"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckImpacts(const internal::Catalog& catalog, const YamlFields& fields) {
  for (int i = 0; i < catalog.impacts_size(); ++i) {
    const internal::CatalogImpact& impact = catalog.impacts(i);
    const RowCheck row(fields, absl::StrCat("impacts[", i, "]"), "an impact");
    absl::Status status =
        FirstError({row.EmptyOrOneOf("severity", impact.severity(), kSeverities),
                    row.EmptyOrOneOf("category", impact.category(), kCategories),
                    row.EmptyOrOneOf("subcategory", impact.subcategory(), kSubcategories),
                    row.Filled("text", impact.text())});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckSubcategory(const internal::CatalogCode& code, const RowCheck& row) {
  if (code.category() == kVoiceMessage) {
    return row.OneOf("subcategory", code.subcategory(), kSubcategories);
  }
  if (code.subcategory().empty()) return absl::OkStatus();
  return row.Error("subcategory", absl::StrCat("code ", code.value(), " has a subcategory, only ",
                                               kVoiceMessage, " has these"));
}

absl::Status CheckAction(const internal::Catalog& catalog, const internal::CatalogCode& code,
                         const RowCheck& row) {
  if (catalog.actions().empty() && !code.action().empty()) {
    return row.Error("action", "the file has no actions; each code needs a row of them");
  }
  std::vector<absl::string_view> allowed;
  for (const internal::CatalogAction& action : catalog.actions())
    allowed.emplace_back(action.name());
  return row.OneOf("action", code.action(), allowed);
}

absl::Status CheckImpact(const internal::Catalog& catalog, const internal::CatalogCode& code,
                         const RowCheck& row) {
  if (FindImpact(catalog, code) != nullptr) return absl::OkStatus();
  return row.Error("severity",
                   absl::StrCat("no row of impacts matches code ", code.value(), " (",
                                code.severity(), ", ", code.category(),
                                code.subcategory().empty() ? "" : ", ", code.subcategory(), ")"));
}

absl::Status CheckCode(const internal::Catalog& catalog, const internal::CatalogCode& code,
                       const RowCheck& row) {
  if (code.value() == kSuccessCode) {
    return row.Error("value", row.Has("value")
                                  ? "value 0 is AV_OK, any other whole number is allowed"
                                  : "a code without a value");
  }
  return FirstError(
      {row.Filled("name", code.name()), row.OneOf("category", code.category(), kCategories),
       CheckSubcategory(code, row), row.OneOf("severity", code.severity(), kSeverities),
       CheckAction(catalog, code, row), row.Filled("solution", code.solution()),
       CheckImpact(catalog, code, row)});
}

// Each value once; `rules` has the actions and impacts.
absl::Status CheckCodes(const internal::Catalog& catalog, const internal::Catalog& rules,
                        const YamlFields& fields) {
  absl::flat_hash_map<std::pair<int32_t, int32_t>, int> first_with;  // by value and sdk
  for (int i = 0; i < catalog.codes_size(); ++i) {
    const internal::CatalogCode& code = catalog.codes(i);
    const RowCheck row(fields, absl::StrCat("codes[", i, "]"), absl::StrCat("code ", code.value()));
    absl::Status status = CheckCode(rules, code, row);
    if (!status.ok()) return status;
    const auto [first, is_new] = first_with.emplace(std::pair(code.value(), code.sdk()), i);
    if (!is_new) {
      const int line = fields.Position(absl::StrCat("codes[", first->second, "].value")).line;
      return row.Error("value",
                       absl::StrCat("value ", code.value(), " is there already, in line ", line));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckCount(absl::string_view what, int codes, size_t max, const YamlFields& fields) {
  const auto count = static_cast<size_t>(codes);
  if (count != 0 && count <= max) return absl::OkStatus();
  return fields.Error(
      "codes", absl::StrCat(what, " has ", count, " codes, from 1 to ", max, " are allowed"));
}

absl::Status CheckOverlayFields(const internal::Catalog& overlay, const YamlFields& fields) {
  for (const char* field : {"actions", "impacts", "general_steps"}) {
    if (!fields.Has(field)) continue;
    return fields.Error(field, absl::StrCat("an overlay cannot have ", field,
                                            "; source, codes and remarks are allowed"));
  }
  for (int i = 0; i < overlay.codes_size(); ++i) {
    const int32_t sdk = overlay.codes(i).sdk();
    const std::string path = absl::StrCat("codes[", i, "].sdk");
    if (!fields.Has(path) || sdk == 2 || sdk == 3) continue;
    return fields.Error(path, absl::StrCat("sdk of code ", overlay.codes(i).value(), " is ", sdk,
                                           "; 2 and 3 are allowed"));
  }
  return absl::OkStatus();
}

absl::Status CheckRemarks(const internal::Catalog& overlay, const YamlFields& fields) {
  absl::flat_hash_set<int32_t> values;
  for (int i = 0; i < overlay.remarks_size(); ++i) {
    const internal::CatalogRemark& remark = overlay.remarks(i);
    const RowCheck row(fields, absl::StrCat("remarks[", i, "]"),
                       absl::StrCat("the remark on ", remark.value()));
    if (!values.insert(remark.value()).second) {
      return row.Error("value", absl::StrCat("there is a remark on ", remark.value(), " already"));
    }
    absl::Status status =
        FirstError({row.Filled("sdk_version", remark.sdk_version()),
                    row.Filled("name", remark.name()), row.Filled("text", remark.text())});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckNoSdk(const internal::Catalog& catalog, const YamlFields& fields) {
  if (catalog.remarks_size() > 0) {
    return fields.Error("remarks",
                        "a catalogue has no remarks; put them into an overlay "
                        "(gmewatchd --catalog_overlay)");
  }
  for (int i = 0; i < catalog.codes_size(); ++i) {
    const std::string path = absl::StrCat("codes[", i, "].sdk");
    if (fields.Has(path)) {
      return fields.Error(path,
                          "a catalogue has no sdk; put the row into an overlay "
                          "(gmewatchd --catalog_overlay)");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckCatalog(const internal::Catalog& catalog, const YamlFields& fields) {
  return FirstError({CheckActions(catalog, fields), CheckImpacts(catalog, fields),
                     CheckCount("the catalogue", catalog.codes_size(), kCatalogCodesMax, fields),
                     CheckNoSdk(catalog, fields), CheckCodes(catalog, catalog, fields)});
}

absl::Status CheckOverlay(const internal::Catalog& overlay, const internal::Catalog& rules,
                          size_t codes_max, const YamlFields& fields) {
  return FirstError({CheckOverlayFields(overlay, fields), CheckRemarks(overlay, fields),
                     CheckCount("the overlay", overlay.codes_size(), codes_max, fields),
                     CheckCodes(overlay, rules, fields)});
}

int FindAction(const internal::Catalog& catalog, absl::string_view name) {
  const auto& actions = catalog.actions();
  const auto found =
      absl::c_find_if(actions, [name](const auto& action) { return action.name() == name; });
  return static_cast<int>(found - actions.begin());
}

const internal::CatalogImpact* FindImpact(const internal::Catalog& catalog,
                                          const internal::CatalogCode& code) {
  const auto matches = [](const std::string& wanted, const std::string& word) {
    return wanted.empty() || wanted == word;
  };
  const auto found = absl::c_find_if(catalog.impacts(), [&](const internal::CatalogImpact& row) {
    return matches(row.severity(), code.severity()) && matches(row.category(), code.category()) &&
           matches(row.subcategory(), code.subcategory());
  });
  return found == catalog.impacts().end() ? nullptr : &*found;
}

}  // namespace gmewatch
