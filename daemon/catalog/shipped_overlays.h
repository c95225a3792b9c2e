// The overlays that are built in: the codes of SDK 2.9 that the document lacks, and what codes mean
// from SDK 3.0 on. Names and values are the SDK's, the texts are our own.
//
// Thread safe. The texts live as long as the program.
#ifndef GMEWATCH_DAEMON_CATALOG_SHIPPED_OVERLAYS_H_
#define GMEWATCH_DAEMON_CATALOG_SHIPPED_OVERLAYS_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "daemon/catalog/catalog.h"

namespace gmewatch {

inline constexpr std::array<absl::string_view, 2> kShippedOverlays = {"gme_sdk_2_9", "gme_sdk_3"};

// The file of this name in daemon/catalog/ as it was when the program was built; empty for another
// name.
absl::string_view ShippedOverlayText(absl::string_view name);

// The built-in catalogue with all of them, for codes that the catalogue in use does not have.
const Catalog& ShippedCatalog();

// The code's sdk_note; for a documented code in a catalogue without overlays that of the built-in
// ones.
std::string ShippedSdkNote(const CatalogCode& code);

// Which of them knows the code, for people: "gme_sdk_3 knows it as DISCONNECTED"; empty if none
// does.
std::string ShippedOverlayWith(int32_t code);

absl::string_view GmeSdk29Text();
absl::string_view GmeSdk3Text();

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CATALOG_SHIPPED_OVERLAYS_H_
