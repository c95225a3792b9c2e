#include "daemon/triage/sdk_note.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/catalog/shipped_overlays.h"
#include "daemon/triage/numbers_text.h"

namespace gmewatch {
namespace {

// The major version of "3.2.1 (Build 7)"; 0 if it does not begin with one.
int MajorOf(absl::string_view version) {
  int major = 0;
  return absl::SimpleAtoi(version.substr(0, version.find('.')), &major) ? major : 0;
}

// The share of the events of the last ten minutes that came from another generation than `sdk`;
// versions that do not begin with a number take no part.
double ShareOfOtherSdks(const CodePast& past, int sdk) {
  double all = 0;
  double others = 0;
  for (const Share& share : past.shares.sdk_versions) {
    all += static_cast<double>(share.now);
    const int major = MajorOf(share.value);
    if (major != 0 && (major >= kSdkNewest) != (sdk >= kSdkNewest)) {
      others += static_cast<double>(share.now);
    }
  }
  return all > 0 ? others / all : 0;
}

bool IsOf29(absl::string_view version) {
  return version == "2.9" || absl::StartsWith(version, "2.9.") || absl::StartsWith(version, "2.9 ");
}

}  // namespace

std::string SdkNoteOf(const CatalogCode& code, const CodePast& past) {
  const std::string remark =
      code.overlay.empty() ? ShippedCatalog().RemarkOn(code.value) : std::string();
  const double others = ShareOfOtherSdks(past, code.sdk == 0 ? kSdkDefault : code.sdk);
  std::string note = others > 0 ? ShippedSdkNote(code) : code.sdk_note;
  const bool has_29 = absl::c_any_of(past.shares.sdk_versions, [](const Share& share) {
    return share.now > 0 && IsOf29(share.value);
  });
  if (note.empty() || note == remark) return has_29 ? remark : code.sdk_note;
  if (others == 0) return note;
  return absl::StrCat(note, " ", PercentText(others),
                      " of its events of the last ten minutes came from there.");
}

}  // namespace gmewatch
