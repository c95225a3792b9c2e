#include "daemon/gmectl/count_row.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"

namespace gmewatch {
namespace {

constexpr uint64_t kValueMax = uint64_t{1} << 53;
constexpr int64_t kSecondsMax = UINT32_MAX;
constexpr size_t kShownBytesMax = 60;

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

bool AreDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

std::string Shown(absl::string_view text) {
  const bool cut = text.size() > kShownBytesMax;
  return absl::StrCat("\"", absl::CHexEscape(text.substr(0, kShownBytesMax)), cut ? "..." : "",
                      "\"");
}

absl::Status TimestampFault(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "the timestamp is ", Shown(text),
      "; allowed: seconds since 1970, YYYY-MM-DD HH:MM:SS or YYYY-MM-DDTHH:MM:SSZ, each with a "
      "fraction or without, UTC, from 1970 to 2106"));
}

// `text` without the blanks and double quotes around it.
absl::string_view Field(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  return text;
}

std::vector<absl::string_view> Columns(absl::string_view line) {
  std::vector<absl::string_view> columns = absl::StrSplit(line, ',');
  for (absl::string_view& column : columns) column = Field(column);
  return columns;
}

// Sets `value` to a whole number from 0 to kValueMax; returns false if the text is another.
bool ParseNumber(absl::string_view text, uint64_t* value) {
  const size_t point = text.find('.');
  const absl::string_view whole = text.substr(0, point);
  const absl::string_view fraction =
      point == absl::string_view::npos ? "0" : text.substr(point + 1);
  const bool no_fraction =
      std::all_of(fraction.begin(), fraction.end(), [](char c) { return c == '0'; });
  return AreDigits(whole) && no_fraction && absl::SimpleAtoi(whole, value) && *value <= kValueMax;
}

absl::Status NumberFault(absl::string_view what, absl::string_view text, absl::string_view hint) {
  return absl::InvalidArgumentError(
      absl::StrCat("the ", what, " is ", Shown(text), "; allowed: a whole number from 0 to ",
                   kValueMax, text.empty() ? "; " : "", text.empty() ? hint : ""));
}

// Removes a fraction such as ".5" from the end of `text`; returns false if it is malformed.
bool ConsumeFraction(absl::string_view* text, absl::Duration* fraction) {
  const size_t point = text->find('.');
  if (point == absl::string_view::npos) return true;
  const absl::string_view digits = text->substr(point + 1);
  int64_t nanoseconds = 0;
  if (digits.size() > 9 || !AreDigits(digits) || !absl::SimpleAtoi(digits, &nanoseconds)) {
    return false;
  }
  for (size_t i = digits.size(); i < 9; ++i) nanoseconds *= 10;
  *fraction = absl::Nanoseconds(nanoseconds);
  text->remove_suffix(digits.size() + 1);
  return true;
}

// Sets `seconds` since 1970 from "2015-02-26 21:42:53"; returns false if no such moment exists.
bool ParseCivil(absl::string_view text, int64_t* seconds) {
  constexpr absl::string_view kForm = "0000-00-00 00:00:00";
  if (text.size() != kForm.size()) return false;
  int fields[6] = {};  // year, month, day, hour, minute, second
  size_t field = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (kForm[i] != '0') {
      if (text[i] != kForm[i] && !(i == 10 && text[i] == 'T')) return false;
      ++field;
    } else if (IsDigit(text[i])) {
      fields[field] = fields[field] * 10 + (text[i] - '0');
    } else {
      return false;
    }
  }
  const absl::CivilSecond civil(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]);
  // absl turns a date that does not exist, such as February 30th, into another one.
  if (civil.month() != fields[1] || civil.day() != fields[2] || civil.hour() != fields[3] ||
      civil.minute() != fields[4] || civil.second() != fields[5]) {
    return false;
  }
  *seconds = civil - absl::CivilSecond(1970);
  return true;
}

}  // namespace

absl::StatusOr<Timestamp> ParseTimestamp(absl::string_view text) {
  Timestamp timestamp;
  absl::string_view rest = text;
  const bool civil = text.size() > 10 && text[4] == '-';
  if (civil) {
    timestamp.form = text[10] == 'T' ? TimestampForm::kT : TimestampForm::kBlank;
    if (!absl::ConsumeSuffix(&rest, "Z")) absl::ConsumeSuffix(&rest, "+00:00");
  }
  absl::Duration fraction;
  int64_t seconds = 0;
  const bool good =
      ConsumeFraction(&rest, &fraction) &&
      (civil ? ParseCivil(rest, &seconds) : AreDigits(rest) && absl::SimpleAtoi(rest, &seconds));
  if (!good || seconds < 0 || seconds > kSecondsMax) return TimestampFault(text);
  timestamp.time = absl::FromUnixSeconds(seconds) + fraction;
  return timestamp;
}

absl::StatusOr<CountRow> ParseCountRow(absl::string_view line, const RowForm& form) {
  const std::vector<absl::string_view> columns = Columns(line);
  const auto count = static_cast<int64_t>(columns.size());
  if (count < 2 || count > form.columns_max) {
    return absl::InvalidArgumentError(absl::StrCat("the line ", Shown(line), " has ", count,
                                                   count == 1 ? " column" : " columns",
                                                   "; allowed: ", form.allowed));
  }
  const absl::StatusOr<Timestamp> timestamp = ParseTimestamp(columns[0]);
  if (!timestamp.ok()) return timestamp.status();
  CountRow row;
  row.timestamp = std::string(columns[0]);
  row.parsed = *timestamp;
  if (!ParseNumber(columns[1], &row.value)) {
    return NumberFault(form.value, columns[1], "if there is no data, leave the row out");
  }
  if (count == 2 || columns[2].empty()) return row;
  if (!ParseNumber(columns[2], &row.successes.emplace())) {
    return NumberFault(kSuccessesRow.value, columns[2], "");
  }
  return row;
}

bool IsHeader(absl::string_view line, const RowForm& form) {
  const std::vector<absl::string_view> columns = Columns(line);
  const auto count = static_cast<int64_t>(columns.size());
  return count >= 2 && count <= form.columns_max && !columns[0].empty() &&
         !IsDigit(columns[0][0]) && !absl::StrContains("+-.", columns[0].substr(0, 1));
}

absl::Status CheckHeader(absl::string_view line) {
  const std::vector<absl::string_view> columns = Columns(line);
  if (columns.size() < 3 || absl::EqualsIgnoreCase(columns[2], "successes")) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the third column is called ", Shown(columns[2]), "; allowed: successes"));
}

std::string FormatTimestamp(absl::Time time, TimestampForm form) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  switch (form) {
    case TimestampForm::kSeconds:
      break;
    case TimestampForm::kBlank:
      return absl::FormatTime("%Y-%m-%d %H:%M:%E*S", time, utc);
    case TimestampForm::kT:
      return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E*SZ", time, utc);
  }
  const int64_t seconds = absl::ToUnixSeconds(time);
  // Without a fraction %E*f would write 0.
  const bool whole = absl::FromUnixSeconds(seconds) == time;
  return whole ? absl::StrCat(seconds) : absl::FormatTime("%s.%E*f", time, utc);
}

}  // namespace gmewatch
