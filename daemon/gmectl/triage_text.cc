#include "daemon/gmectl/triage_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "daemon/triage/numbers_text.h"

namespace gmewatch {

std::string ClockText(absl::Time time, absl::Time now) {
  return std::string(absl::StripSuffix(TimeText(time, now), " UTC"));
}

std::string PlaceText(absl::string_view app, absl::string_view region) {
  if (app == "all" && region == "all") return "all apps, all regions";
  if (app == "all") return absl::StrCat(region, ", all apps");
  return absl::StrCat(region == "all" ? "all regions" : region, ", app ", app);
}

void AddTrust(const v1::Trust& trust, Screen* screen) {
  if (trust.warnings().empty()) return;
  screen->Blank();
  screen->Paragraph("How far these numbers can be trusted:", 0, "", Ink::kWarning);
  for (const std::string& warning : trust.warnings()) screen->Paragraph(warning, 2, "- ");
}

}  // namespace gmewatch
