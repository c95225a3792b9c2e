#include "daemon/catalog/catalog.h"

#include <cstdlib>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/log.h"
#include "daemon/base/text_file.h"
#include "daemon/base/yaml_message.h"
#include "daemon/catalog/catalog_check.h"
#include "daemon/catalog/embedded.h"
#include "daemon/catalog/shipped_overlays.h"
#include "daemon/model/limits.h"
#include "gmewatch/internal/catalog.pb.h"

namespace gmewatch {
namespace {

// REQUIRES: `catalog` was checked, so the code's action and impact exist.
CatalogCode CodeFrom(const internal::Catalog& catalog, const internal::CatalogCode& in) {
  return {in.value(),
          in.name(),
          in.category(),
          in.subcategory(),
          in.severity(),
          in.action(),
          in.description(),
          in.cause(),
          in.solution(),
          FindImpact(catalog, in)->text(),
          static_cast<size_t>(FindAction(catalog, in.action())),
          in.sdk(),
          "",
          ""};
}

CatalogAction ActionFrom(const internal::CatalogAction& in) {
  return {
      in.name(), in.who(), in.reach(), in.first_cause(), {in.steps().begin(), in.steps().end()}};
}

}  // namespace

absl::StatusOr<Catalog> Catalog::Parse(absl::string_view yaml, absl::string_view file) {
  internal::Catalog in;
  const absl::StatusOr<YamlFields> fields = ReadYamlMessage(yaml, file, &in);
  if (!fields.ok()) return fields.status();
  absl::Status checked = CheckCatalog(in, *fields);
  if (!checked.ok()) return checked;

  Catalog catalog;
  catalog.source_ = in.source();
  for (const internal::CatalogCode& code : in.codes()) catalog.AddRow(CodeFrom(in, code));
  for (const internal::CatalogAction& action : in.actions()) {
    catalog.actions_.push_back(ActionFrom(action));
  }
  const internal::CatalogGeneralSteps& steps = in.general_steps();
  catalog.general_steps_ = {steps.related(),
                            steps.unrelated(),
                            {steps.always().begin(), steps.always().end()},
                            {steps.stopped().begin(), steps.stopped().end()}};
  catalog.rules_ = std::make_shared<const internal::Catalog>(std::move(in));
  catalog.ChooseCodes();
  return catalog;
}

absl::StatusOr<Catalog> Catalog::Load(const std::string& path,
                                      const std::vector<std::string>& overlays,
                                      absl::flat_hash_map<std::string, int> sdk_of_apps) {
  const auto read = [&path]() -> absl::StatusOr<Catalog> {
    if (path.empty()) return Embedded();
    const absl::StatusOr<std::string> text = ReadTextFile(path, kYamlBytesMax);
    if (!text.ok()) return text.status();
    return Parse(*text, path);
  };
  absl::StatusOr<Catalog> catalog = read();
  for (const std::string& overlay : overlays) {
    if (!catalog.ok()) break;
    absl::Status added = catalog->AddOverlay(overlay);
    if (!added.ok()) return added;
  }
  if (catalog.ok()) catalog->SetSdks(std::move(sdk_of_apps));
  return catalog;
}

Catalog Catalog::Embedded() {
  absl::StatusOr<Catalog> catalog = Parse(EmbeddedCatalogText(), "gme.yaml");
  if (!catalog.ok()) {
    // The build put it there and a test reads it, so this is a defect of ours.
    LogError("the built-in catalogue is wrong",
             {{"error", std::string(catalog.status().message())}});
    std::abort();
  }
  return *std::move(catalog);
}

absl::Status Catalog::AddOverlay(const std::string& file) {
  const absl::string_view shipped = ShippedOverlayText(file);
  if (!shipped.empty()) return AddOverlay(shipped, file);
  const absl::StatusOr<std::string> text = ReadTextFile(file, kYamlBytesMax);
  return text.ok() ? AddOverlay(*text, file) : text.status();
}

absl::Status Catalog::AddOverlay(absl::string_view yaml, absl::string_view file) {
  internal::Catalog in;
  const absl::StatusOr<YamlFields> fields = ReadYamlMessage(yaml, file, &in);
  if (!fields.ok()) return fields.status();
  absl::Status checked = CheckOverlay(in, *rules_, kOverlayCodesMax - overlay_rows_, *fields);
  for (int i = 0; i < in.codes_size() && checked.ok(); ++i) {
    const internal::CatalogCode& code = in.codes(i);
    const auto known = rows_.find(code.value());
    if (known == rows_.end()) continue;
    for (const CatalogCode& row : known->second) {
      const std::string field = absl::StrCat("codes[", i, "].value");
      if (row.overlay.empty() && code.sdk() != kSdkNewest) {
        checked =
            fields->Error(field, absl::StrCat("value ", code.value(),
                                              " is in the catalogue, which an overlay "
                                              "cannot change; sdk: ",
                                              kSdkNewest, " is allowed, for what it means there"));
      } else if (!row.overlay.empty() && row.sdk == code.sdk()) {
        checked = fields->Error(field, absl::StrCat("value ", code.value(), " of this sdk is in ",
                                                    row.overlay, " already"));
      }
    }
  }
  for (int i = 0; i < in.remarks_size() && checked.ok(); ++i) {
    if (!remarks_.contains(in.remarks(i).value())) continue;
    checked = fields->Error(
        absl::StrCat("remarks[", i, "].value"),
        absl::StrCat("another overlay has a remark on ", in.remarks(i).value(), " already"));
  }
  if (!checked.ok()) return checked;
  for (const internal::CatalogRemark& remark : in.remarks()) {
    remarks_[remark.value()] = absl::StrCat("In SDK ", remark.sdk_version(), ", ", remark.value(),
                                            " means ", remark.name(), ": ", remark.text());
  }
  for (const internal::CatalogCode& code : in.codes()) {
    CatalogCode row = CodeFrom(*rules_, code);
    row.overlay = std::string(file);
    AddRow(std::move(row));
    ++overlay_rows_;
  }
  ChooseCodes();
  return absl::OkStatus();
}

void Catalog::SetSdks(absl::flat_hash_map<std::string, int> of_apps) {
  sdk_of_app_ = std::move(of_apps);
  sdk_ = kSdkDefault;
  if (!sdk_of_app_.empty()) {
    const int first = sdk_of_app_.begin()->second;
    if (absl::c_all_of(sdk_of_app_, [first](const auto& app) { return app.second == first; })) {
      sdk_ = first;
    }
  }
  ChooseCodes();
}

void Catalog::AddRow(CatalogCode row) {
  std::vector<CatalogCode>& rows = rows_[row.value];
  if (rows.empty()) {
    (row.overlay.empty() ? documented_ : in_overlays_only_).push_back(row.value);
  }
  rows.push_back(std::move(row));
}

void Catalog::ChooseCodes() {
  for (auto& [value, rows] : rows_) {
    for (CatalogCode& row : rows) row.sdk_note = NoteFor(row);
  }
  codes_.clear();
  for (const auto& values : {documented_, in_overlays_only_}) {
    for (const int32_t value : values) codes_.push_back(*FindIn(value, sdk_));
  }
}

std::vector<const CatalogCode*> Catalog::rows() const {
  std::vector<const CatalogCode*> rows;
  for (const CatalogCode& code : codes_) {
    for (const CatalogCode& row : rows_.at(code.value)) rows.push_back(&row);
  }
  return rows;
}

const CatalogCode* Catalog::FindIn(int32_t value, int sdk) const {
  const auto found = rows_.find(value);
  if (found == rows_.end()) return nullptr;
  for (const int wanted : {sdk, 0}) {
    for (const CatalogCode& row : found->second) {
      if (row.sdk == wanted) return &row;
    }
  }
  return &found->second.front();
}

const CatalogCode* Catalog::Find(int32_t value) const { return FindIn(value, sdk_); }

const CatalogCode* Catalog::Find(int32_t value, absl::string_view app) const {
  const auto known = sdk_of_app_.find(app);
  return FindIn(value, known == sdk_of_app_.end() ? sdk_ : known->second);
}

std::string Catalog::RemarkOn(int32_t value) const {
  const auto found = remarks_.find(value);
  return found == remarks_.end() ? "" : found->second;
}

std::string Catalog::NoteFor(const CatalogCode& code) const {
  std::string remark = code.overlay.empty() ? RemarkOn(code.value) : "";
  for (const CatalogCode& other : rows_.at(code.value)) {
    if (other.sdk == code.sdk) continue;
    return absl::StrCat(remark, remark.empty() ? "" : " ",
                        other.sdk == kSdkNewest ? "From SDK 3.0 on, " : "Before SDK 3.0, ",
                        code.value, " means ", other.name, ": ", other.solution);
  }
  if (code.sdk == 0 || code.sdk == sdk_) return remark;
  return code.sdk == kSdkNewest ? "Only SDK 3.0 and later answer with this code."
                                : "Only SDKs before 3.0 answer with this code.";
}

std::vector<std::string> Catalog::FirstCauses() const {
  std::vector<std::string> names;
  for (const CatalogAction& action : actions_) {
    if (action.first_cause) names.push_back(action.name);
  }
  return names;
}

}  // namespace gmewatch
