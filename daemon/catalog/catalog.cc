#include "daemon/catalog/catalog.h"

#include <cstdlib>

#include "daemon/base/log.h"
#include "daemon/base/text_file.h"
#include "daemon/base/yaml_message.h"
#include "daemon/catalog/catalog_check.h"
#include "daemon/catalog/embedded.h"
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
          static_cast<size_t>(FindAction(catalog, in.action()))};
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
  for (const internal::CatalogCode& code : in.codes()) {
    catalog.index_[code.value()] = catalog.codes_.size();
    catalog.codes_.push_back(CodeFrom(in, code));
  }
  for (const internal::CatalogAction& action : in.actions()) {
    catalog.actions_.push_back(ActionFrom(action));
  }
  const internal::CatalogGeneralSteps& steps = in.general_steps();
  catalog.general_steps_ = {steps.related(),
                            steps.unrelated(),
                            {steps.always().begin(), steps.always().end()},
                            {steps.stopped().begin(), steps.stopped().end()}};
  return catalog;
}

absl::StatusOr<Catalog> Catalog::Load(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadTextFile(path, kYamlBytesMax);
  if (!text.ok()) return text.status();
  return Parse(*text, path);
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

const CatalogCode* Catalog::Find(int32_t value) const {
  const auto found = index_.find(value);
  return found == index_.end() ? nullptr : &codes_[found->second];
}

std::vector<std::string> Catalog::FirstCauses() const {
  std::vector<std::string> names;
  for (const CatalogAction& action : actions_) {
    if (action.first_cause) names.push_back(action.name);
  }
  return names;
}

}  // namespace gmewatch
