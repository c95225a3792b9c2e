#include "tests/evaluation/nab_files.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace gmewatch::detect_eval {
namespace {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

absl::StatusOr<absl::Time> ParseStamp(absl::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%d %H:%M:%E*S", text, absl::UTCTimeZone(), &time, &error)) {
    return absl::InvalidArgumentError(absl::StrCat("not a time: \"", text, "\": ", error));
  }
  return time;
}

int64_t TickOf(absl::Time time) { return absl::ToUnixSeconds(time) / kNabTickSeconds; }

absl::Status AddRow(absl::string_view line, NabSeries* series) {
  const std::vector<absl::string_view> fields = absl::StrSplit(line, ',');
  double value = 0;
  if (fields.size() != 2 || !absl::SimpleAtod(fields[1], &value) || !(value >= 0)) {
    return absl::InvalidArgumentError(absl::StrCat("not a row `timestamp,value`: \"", line, "\""));
  }
  const absl::StatusOr<absl::Time> time = ParseStamp(fields[0]);
  if (!time.ok()) return time.status();
  const int64_t tick = TickOf(*time);
  if (!series->ticks.empty() && tick <= series->ticks.back()) {
    return absl::InvalidArgumentError(
        absl::StrCat("two rows of one tick, or rows not in order: ", line));
  }
  series->ticks.push_back(tick);
  series->values.push_back(static_cast<uint64_t>(std::llround(value)));
  return absl::OkStatus();
}

// Returns the rows within [left, right]. INVALID_ARGUMENT if there are fewer than two.
absl::StatusOr<NabWindow> RowsOf(const NabSeries& series, absl::Time left, absl::Time right) {
  const auto& ticks = series.ticks;
  const auto first = std::lower_bound(ticks.begin(), ticks.end(), TickOf(left));
  const auto behind = std::upper_bound(ticks.begin(), ticks.end(), TickOf(right));
  if (behind - first < 2) {
    return absl::InvalidArgumentError(absl::StrCat("no rows in a window of ", series.name));
  }
  return NabWindow{static_cast<size_t>(first - ticks.begin()),
                   static_cast<size_t>(behind - ticks.begin()) - 1};
}

absl::StatusOr<NabSeries> ReadSeries(const std::string& folder, const NabLabels& labels) {
  const absl::StatusOr<std::string> text = ReadFile(absl::StrCat(folder, "/", labels.file));
  if (!text.ok()) return text.status();
  absl::StatusOr<NabSeries> series = ParseNabSeries(*text);
  if (!series.ok()) return series.status();
  series->name = labels.file;
  for (const auto& [left, right] : labels.windows) {
    const absl::StatusOr<NabWindow> window = RowsOf(*series, left, right);
    if (!window.ok()) return window.status();
    series->windows.push_back(*window);
  }
  return series;
}

}  // namespace

absl::StatusOr<std::vector<NabSeries>> ReadNab(const std::string& folder) {
  const absl::StatusOr<std::string> text = ReadFile(folder + "/windows.json");
  if (!text.ok()) return text.status();
  const absl::StatusOr<std::vector<NabLabels>> files = ParseNabLabels(*text);
  if (!files.ok()) return files.status();
  std::vector<NabSeries> all;
  for (const NabLabels& labels : *files) {
    absl::StatusOr<NabSeries> series = ReadSeries(folder, labels);
    if (!series.ok()) return series.status();
    all.push_back(*std::move(series));
  }
  return all;
}

absl::StatusOr<std::vector<NabLabels>> ParseNabLabels(absl::string_view text) {
  // Only the strings matter: every second piece between quotes is one. They are file names, each
  // followed by the times of its windows in pairs.
  const std::vector<absl::string_view> pieces = absl::StrSplit(text, '"');
  std::vector<NabLabels> files;
  std::vector<absl::Time> times;
  for (size_t i = 1; i < pieces.size(); i += 2) {
    if (absl::EndsWith(pieces[i], ".csv")) {
      if (!times.empty()) break;
      files.push_back({std::string(pieces[i]), {}});
      continue;
    }
    const absl::StatusOr<absl::Time> time = ParseStamp(pieces[i]);
    if (!time.ok()) return time.status();
    times.push_back(*time);
    if (files.empty() || times.size() < 2) continue;
    files.back().windows.emplace_back(times[0], times[1]);
    times.clear();
  }
  if (!times.empty()) return absl::InvalidArgumentError("a window without an end");
  return files;
}

absl::StatusOr<NabSeries> ParseNabSeries(absl::string_view text) {
  NabSeries series;
  bool head = true;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipWhitespace())) {
    if (!std::exchange(head, false)) {
      if (absl::Status status = AddRow(line, &series); !status.ok()) return status;
    }
  }
  return series;
}

}  // namespace gmewatch::detect_eval
