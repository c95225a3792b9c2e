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

namespace {

std::string WhoseText(const v1::Silence& silence) {
  if (silence.platform().empty() && silence.app_version().empty()) {
    return absl::StrCat("in ", PlaceText(silence.app(), silence.region()));
  }
  const auto named = [](absl::string_view what, const std::string& name) {
    return name == "all" ? absl::StrCat("all ", what, "s") : absl::StrCat(what, " ", name);
  };
  return absl::StrCat("of ", named("platform", silence.platform()), ", ",
                      named("app version", silence.app_version()));
}

}  // namespace

void AddSilences(const google::protobuf::RepeatedPtrField<v1::Silence>& silences, absl::Time now,
                 Screen* screen) {
  const v1::Silence* last = nullptr;
  for (const v1::Silence& silence : silences) {
    if (!silence.active()) continue;
    const absl::Time start = TimeOf(silence.start());
    if (last == nullptr) screen->Blank();
    last = &silence;
    screen->Paragraph(
        absl::StrCat("REPORTS STOPPED ", WhoseText(silence), ": since ", TimeText(start, now),
                     ", for ", DurationText(now - start), "; ", RateText(silence.observed_rate()),
                     ", usual ", RateText(silence.usual_rate())),
        0, "", Ink::kAlarm);
  }
  if (last == nullptr) return;
  for (const std::string& step : last->steps()) screen->Paragraph(step, 2, "- ");
}

void AddTraffic(const google::protobuf::RepeatedPtrField<v1::TrafficLine>& lines, absl::Time now,
                Screen* screen) {
  bool is_first = true;
  for (const v1::TrafficLine& line : lines) {
    if (!line.active()) continue;
    if (is_first) screen->Blank();
    is_first = false;
    const absl::Time start = TimeOf(line.start());
    const bool launch = line.kind() == v1::TrafficLine::LAUNCH;
    screen->Paragraph(absl::StrCat(
        launch ? "New: " : "Crowd: ", PlaceText(line.app(), line.region()),
        launch ? " reports for the first time"
               : absl::StrCat(" has ", TimesText(line.observed_rate(), line.usual_rate()),
                              " the usual operations"),
        ", since ", TimeText(start, now), ", for ", DurationText(now - start)));
  }
}

void AddTrust(const v1::Trust& trust, Screen* screen) {
  if (trust.warnings().empty()) return;
  screen->Blank();
  screen->Paragraph("How far these numbers can be trusted:", 0, "", Ink::kWarning);
  for (const std::string& warning : trust.warnings()) screen->Paragraph(warning, 2, "- ");
}

}  // namespace gmewatch
