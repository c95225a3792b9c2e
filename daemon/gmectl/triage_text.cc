#include "daemon/gmectl/triage_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "daemon/triage/numbers_text.h"
#include "daemon/triage/timestamp.h"

namespace gmewatch {

std::string ClockText(absl::Time time, absl::Time now) {
  return std::string(absl::StripSuffix(TimeText(time, now), " UTC"));
}

std::string PlaceText(absl::string_view app, absl::string_view region) {
  if (app == "all" && region == "all") return "all apps, all regions";
  if (app == "all") return absl::StrCat(region, ", all apps");
  return absl::StrCat(region == "all" ? "all regions" : region, ", app ", app);
}

void AddSilences(const google::protobuf::RepeatedPtrField<v1::Silence>& silences, absl::Time now,
                 Screen* screen) {
  const v1::Silence* last = nullptr;
  for (const v1::Silence& silence : silences) {
    if (!silence.active()) continue;
    const absl::Time start = TimeOf(silence.start());
    if (last == nullptr) screen->Blank();
    last = &silence;
    screen->Paragraph(
        absl::StrCat("REPORTS STOPPED in ", PlaceText(silence.app(), silence.region()), ": since ",
                     TimeText(start, now), ", for ", DurationText(now - start), "; ",
                     RateText(silence.observed_rate()), ", usual ", RateText(silence.usual_rate())),
        0, "", Ink::kAlarm);
  }
  if (last == nullptr) return;
  for (const std::string& step : last->steps()) screen->Paragraph(step, 2, "- ");
}

void AddTrust(const v1::Trust& trust, Screen* screen) {
  if (trust.warnings().empty()) return;
  screen->Blank();
  screen->Paragraph("How far these numbers can be trusted:", 0, "", Ink::kWarning);
  for (const std::string& warning : trust.warnings()) screen->Paragraph(warning, 2, "- ");
}

}  // namespace gmewatch
