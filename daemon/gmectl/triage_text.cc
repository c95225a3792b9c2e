#include "daemon/gmectl/triage_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace gmewatch {
namespace {

constexpr double kCountShortened = 1e7;

std::string WithCommas(double count) {
  std::string digits = absl::StrFormat("%.0f", count);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

}  // namespace

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

std::string TimeText(absl::Time time, absl::Time now) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const bool is_today = absl::ToCivilDay(time, utc) == absl::ToCivilDay(now, utc);
  return absl::FormatTime(is_today ? "%H:%M" : "%b %e %H:%M", time, utc);
}

std::string DurationText(absl::Duration duration) {
  duration = std::max(duration, absl::ZeroDuration());
  if (duration < absl::Minutes(1)) return absl::StrCat(absl::ToInt64Seconds(duration), " s");
  const int64_t minutes = absl::ToInt64Minutes(duration);
  if (minutes < 60) return absl::StrCat(minutes, " min");
  if (minutes < 48 * 60) return absl::StrCat(minutes / 60, " h ", minutes % 60, " min");
  return absl::StrCat(minutes / (24 * 60), " d ", minutes / 60 % 24, " h");
}

std::string CountText(double count) {
  count = std::max(count, 0.0);
  return count < kCountShortened ? WithCommas(count) : WithCommas(count / 1e6) + "M";
}

std::string PerMinuteText(double rate) {
  const double per_minute = std::max(rate * 60, 0.0);
  if (per_minute == 0) return "0";
  if (per_minute < 0.01) return "<0.01";
  if (per_minute < 10) return absl::StrFormat("%.2f", per_minute);
  if (per_minute < 100) return absl::StrFormat("%.1f", per_minute);
  return CountText(per_minute);
}

std::string TimesText(double observed_rate, double expected_rate) {
  if (expected_rate <= 0) return "";
  const double times = observed_rate / expected_rate;
  return times < 10 ? absl::StrFormat("x%.1f", times) : "x" + CountText(times);
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
