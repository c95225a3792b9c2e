#include "daemon/triage/numbers_text.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace gmewatch {
namespace {

std::string WithCommas(uint64_t number) {
  std::string digits = absl::StrCat(number);
  // Inserts a char, not a string: g++ 12 would warn of an overlap that cannot happen (GCC bug
  // 105651), and that stops the release build.
  for (size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

// Two significant digits, without a trailing ".0".
std::string Short(double number) {
  if (number >= 9.95) return CountText(std::round(number));
  const std::string text = absl::StrFormat("%.1f", number);
  return text.substr(text.size() - 2) == ".0" ? text.substr(0, text.size() - 2) : text;
}

}  // namespace

std::string CountText(double count) {
  constexpr double kMillion = 1e6;
  if (count < 10 * kMillion) return WithCommas(static_cast<uint64_t>(std::max(0.0, count)));
  if (count < 999.95 * kMillion) return absl::StrFormat("%.1fM", count / kMillion);
  return absl::StrFormat("%.1fG", count / (1000 * kMillion));
}

std::string RateText(double per_second) {
  if (per_second <= 0) return "0/s";
  if (per_second >= 0.5) return absl::StrCat(Short(per_second), "/s");
  if (per_second * 60 >= 0.5) return absl::StrCat(Short(per_second * 60), "/min");
  if (per_second * 3600 >= 0.05) return absl::StrCat(Short(per_second * 3600), "/h");
  return "almost 0/h";
}

std::string TimesText(double observed, double expected) {
  constexpr double kNothing = 0.01 / 3600;
  if (expected < kNothing) return "new";
  return absl::StrCat(Short(observed / expected), " times");
}

std::string DurationText(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(duration);
  if (seconds < 0) return "0 s";
  if (seconds < 120) return absl::StrCat(seconds, " s");
  const int64_t minutes = seconds / 60;
  if (minutes < 120) return absl::StrCat(minutes, " min");
  const int64_t hours = minutes / 60;
  if (hours < 48) return absl::StrCat(hours, " h ", minutes % 60, " min");
  return absl::StrCat(hours / 24, " days");
}

std::string PercentText(double share) {
  const double percent = 100 * share;
  if (percent > 0 && percent < 0.05) return "<0.1%";
  if (percent > 0 && percent < 1) return absl::StrFormat("%.1f%%", percent);
  return absl::StrFormat("%.0f%%", percent);
}

std::string TimeText(absl::Time time, absl::Time now) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const bool today = absl::ToCivilDay(time, utc) == absl::ToCivilDay(now, utc);
  return absl::FormatTime(today ? "%H:%M UTC" : "%d %b %H:%M UTC", time, utc);
}

}  // namespace gmewatch
