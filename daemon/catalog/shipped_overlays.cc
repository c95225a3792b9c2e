#include "daemon/catalog/shipped_overlays.h"

#include "absl/strings/str_cat.h"
#include "daemon/base/log.h"

namespace gmewatch {

absl::string_view ShippedOverlayText(absl::string_view name) {
  if (name == kShippedOverlays[0]) return GmeSdk29Text();
  if (name == kShippedOverlays[1]) return GmeSdk3Text();
  return {};
}

const Catalog& ShippedCatalog() {
  // Never destroyed, so that a thread may ask while the process ends.
  static const Catalog& all = *[] {
    auto* catalog = new Catalog(Catalog::Embedded());
    for (const absl::string_view name : kShippedOverlays) {
      const absl::Status added = catalog->AddOverlay(std::string(name));
      // A test reads them, so this is a defect of ours.
      if (!added.ok()) LogError("a built-in overlay is wrong", {{"error", added.ToString()}});
    }
    return catalog;
  }();
  return all;
}

std::string ShippedSdkNote(const CatalogCode& code) {
  if (!code.sdk_note.empty() || !code.overlay.empty()) return code.sdk_note;
  const CatalogCode* shipped = ShippedCatalog().Find(code.value);
  return shipped == nullptr ? "" : shipped->sdk_note;
}

std::string ShippedOverlayWith(int32_t code) {
  const CatalogCode* known = ShippedCatalog().Find(code);
  if (known == nullptr || known->overlay.empty()) return "";
  return absl::StrCat(known->overlay, " knows it as ", known->name);
}

}  // namespace gmewatch
