#include "daemon/gmectl/replay_report.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

constexpr size_t kBlockBytes = 65'536;

// Four significant digits, or all digits before the decimal point if there are more.
void AppendFew(double number, std::string* to) {
  std::array<char, 32> digits;
  char* const end = digits.data() + digits.size();
  const std::to_chars_result result =
      number < 1000 ? std::to_chars(digits.data(), end, number, std::chars_format::general, 4)
                    : std::to_chars(digits.data(), end, number, std::chars_format::fixed, 0);
  to->append(digits.data(), result.ptr);
}

std::string Counted(int64_t count, absl::string_view noun) {
  if (count == 0) return absl::StrCat("no ", noun, "s");
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

}  // namespace

absl::Status ReplayWriter::Write(const CountRow& row, const Observation& seen, absl::Time since) {
  if (!begun_ && !json_) text_ = "timestamp,value,expected,score,active,since\n";
  begun_ = true;
  // ParseTimestamp accepts no character that JSON or CSV would have to escape.
  absl::StrAppend(&text_, json_ ? "{\"timestamp\":\"" : "", row.timestamp,
                  json_ ? "\",\"value\":" : ",", row.value, json_ ? ",\"expected\":" : ",");
  AppendFew(seen.expected, &text_);
  text_ += json_ ? ",\"score\":" : ",";
  AppendFew(seen.score, &text_);
  const std::string began = seen.active ? FormatTimestamp(since, row.parsed.form) : "";
  if (json_) {
    text_ += seen.active ? absl::StrCat(",\"active\":true,\"since\":\"", began, "\"}\n")
                         : ",\"active\":false,\"since\":null}\n";
  } else {
    absl::StrAppend(&text_, seen.active ? ",1," : ",0,", began, "\n");
  }
  return text_.size() < kBlockBytes ? absl::OkStatus() : Finish();
}

absl::Status ReplayWriter::Finish() {
  errno = 0;
  out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
  out_.flush();
  const int error = errno;
  text_.clear();
  if (out_.good()) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("cannot write to standard output",
                   error == 0 ? "" : ": " + std::generic_category().message(error)));
}

std::string FormatReplaySummary(const ReplaySummary& summary) {
  const auto when = [&](absl::Time time) { return FormatTimestamp(time, summary.form); };
  std::string text = absl::StrCat(Counted(summary.rows, "row"), " ",
                                  absl::FormatDuration(summary.step), " apart, ");
  if (summary.rows_with_successes > 0) {
    absl::StrAppend(&text, summary.rows_with_successes, " with successes, ");
  }
  absl::StrAppend(&text, Counted(summary.gaps, "gap"));
  if (summary.gaps > 0) {
    absl::StrAppend(&text, " (", Counted(summary.missing_rows, "row"), " missing)");
  }
  absl::StrAppend(&text, ", ", Counted(summary.spikes, "spike"));
  if (summary.spikes == 1) absl::StrAppend(&text, " from ", when(summary.first_spike));
  if (summary.spikes > 1) {
    absl::StrAppend(&text, ", the first from ", when(summary.first_spike), ", the last from ",
                    when(summary.last_spike));
  }
  return text + "\n";
}

}  // namespace gmewatch
