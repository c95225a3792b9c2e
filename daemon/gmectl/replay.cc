#include "daemon/gmectl/replay.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <istream>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "daemon/base/flags.h"
#include "daemon/detect/standalone_detector.h"
#include "daemon/gmectl/command.h"
#include "daemon/gmectl/count_row.h"
#include "daemon/gmectl/line_reader.h"
#include "daemon/gmectl/replay_report.h"
#include "daemon/gmectl/tick_grid.h"
#include "daemon/model/detect_settings.h"

namespace gmewatch {
namespace {

// The number of rows from which the step is found.
constexpr size_t kFirstRows = 256;

// A threshold needs far fewer accepted alarms than there are ticks in a week, which are 168 at the
// longest step.
constexpr double kAlarmsMin = 1e-6;
constexpr double kAlarmsMax = 10;
constexpr double kExcessMax = 1e15;
constexpr absl::Duration kResolveAfterMax = absl::Hours(24);
constexpr absl::Duration kRebaselineAfterMin = absl::Minutes(1);
constexpr absl::Duration kRebaselineAfterMax = absl::Hours(24 * 28);

struct ReplayFlags {
  DetectSettings detect;
  absl::Duration step;  // 0: found from the first rows
  bool json = false;
  bool help = false;
};

Flags MakeFlags(ReplayFlags* to) {
  Flags flags;
  flags.Add("false_alarms_per_week", &to->detect.false_alarms_per_week,
            "accepted false alarms; a lower number raises the threshold");
  flags.Add("min_excess_events", &to->detect.min_excess_events,
            "events above the expected ones that a spike needs");
  flags.Add("resolve_after", &to->detect.resolve_after,
            "a spike ends after the rate was normal for this long");
  flags.Add("rebaseline_after", &to->detect.rebaseline_after,
            "a rate that stays up for this long becomes the baseline");
  flags.Add("step", &to->step, "time from row to row, 1s to 1h; 0: found from the first rows");
  flags.Add("json", &to->json, "print one JSON object per row");
  flags.Add("help", &to->help, "print this text");
  return flags;
}

absl::Status CheckNumber(absl::string_view name, double value, double least, double most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", name, " is ", value, "; allowed: from ", least, " to ", most));
}

absl::Status CheckDuration(absl::string_view name, absl::Duration value, absl::Duration least,
                           absl::Duration most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--", name, " is ", absl::FormatDuration(value),
                                                 "; allowed: from ", absl::FormatDuration(least),
                                                 " to ", absl::FormatDuration(most)));
}

absl::Status Check(const ReplayFlags& flags, const std::vector<std::string>& files) {
  const DetectSettings& detect = flags.detect;
  absl::Status status =
      CheckNumber("false_alarms_per_week", detect.false_alarms_per_week, kAlarmsMin, kAlarmsMax);
  status.Update(CheckNumber("min_excess_events", detect.min_excess_events, 0, kExcessMax));
  status.Update(
      CheckDuration("resolve_after", detect.resolve_after, absl::ZeroDuration(), kResolveAfterMax));
  status.Update(CheckDuration("rebaseline_after", detect.rebaseline_after, kRebaselineAfterMin,
                              kRebaselineAfterMax));
  if (flags.step != absl::ZeroDuration()) {
    status.Update(CheckDuration("step", flags.step, kStepMin, kStepMax));
  }
  if (files.size() != 1) {
    status.Update(absl::InvalidArgumentError(
        absl::StrCat(files.size(), " files are given; allowed: 1, or - for standard input")));
  }
  return status;
}

// One run over one file.
class Replay {
 public:
  Replay(const ReplayFlags& flags, std::ostream& out) : flags_(flags), writer_(out, flags.json) {}

  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  // Errors: INVALID_ARGUMENT, "NAME:LINE: what is wrong"; UNAVAILABLE, the output cannot be
  // written.
  absl::Status Run(std::istream& in, absl::string_view name);

  const ReplaySummary& summary() const { return summary_; }

 private:
  struct NumberedRow {
    CountRow row;
    int64_t line = 0;
  };

  absl::Status ReadAll(LineReader* lines);
  absl::Status Read(absl::string_view line, int64_t line_number);
  // Determines the grid from the first rows, then processes them.
  absl::Status Begin();
  absl::Status Take(const NumberedRow& numbered);
  void CountSpike(const Observation& seen);

  const ReplayFlags& flags_;
  ReplayWriter writer_;
  ReplaySummary summary_;
  std::vector<NumberedRow> first_rows_;  // kept until the grid is known
  std::optional<TickGrid> grid_;
  std::optional<StandaloneDetector> detector_;
  absl::Time last_time_ = absl::InfinitePast();
  int64_t last_line_ = 0;  // the line of last_time_
  int64_t last_tick_ = -1;
  int64_t fault_line_ = 0;
  std::optional<int64_t> spike_;  // the start tick of the last spike
};

absl::Status Replay::Run(std::istream& in, absl::string_view name) {
  LineReader lines(in);
  absl::Status status = ReadAll(&lines);
  if (absl::IsInvalidArgument(status)) {
    status =
        absl::InvalidArgumentError(absl::StrCat(name, ":", fault_line_, ": ", status.message()));
  }
  status.Update(writer_.Finish());
  return status;
}

absl::Status Replay::ReadAll(LineReader* lines) {
  absl::string_view line;
  bool header_allowed = true;
  while (lines->Next(&line)) {
    fault_line_ = lines->line_number();
    if (fault_line_ == 1) absl::ConsumePrefix(&line, "\xEF\xBB\xBF");  // Excel begins files with it
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    const bool header = header_allowed && IsHeader(line);
    header_allowed = false;
    if (header) continue;
    absl::Status read = Read(line, fault_line_);
    if (!read.ok()) return read;
  }
  fault_line_ = std::max<int64_t>(1, lines->line_number());
  if (!lines->status().ok()) return lines->status();
  if (grid_.has_value()) return absl::OkStatus();
  if (first_rows_.empty()) {
    return absl::InvalidArgumentError("there are no rows; allowed: at least one timestamp,value");
  }
  return Begin();
}

absl::Status Replay::Read(absl::string_view line, int64_t line_number) {
  absl::StatusOr<CountRow> row = ParseCountRow(line);
  if (!row.ok()) return row.status();
  if (row->parsed.time <= last_time_) {
    return absl::InvalidArgumentError(
        absl::StrCat("the timestamp ", row->timestamp, " is not after that of line ", last_line_,
                     "; allowed: rows in order of time, one per step"));
  }
  last_time_ = row->parsed.time;
  last_line_ = line_number;
  NumberedRow numbered{*std::move(row), line_number};
  if (grid_.has_value()) return Take(numbered);
  first_rows_.push_back(std::move(numbered));
  return first_rows_.size() < kFirstRows ? absl::OkStatus() : Begin();
}

absl::Status Replay::Begin() {
  std::vector<absl::Time> times;
  for (const NumberedRow& numbered : first_rows_) times.push_back(numbered.row.parsed.time);
  absl::StatusOr<absl::Duration> step = flags_.step;
  if (flags_.step == absl::ZeroDuration()) step = FindStep(times);
  if (!step.ok()) return step.status();
  summary_.step = *step;
  summary_.form = first_rows_.front().row.parsed.form;
  grid_.emplace(*step, times);
  DetectSettings settings = flags_.detect;
  settings.tick = *step;
  detector_.emplace(settings, 1);
  for (const NumberedRow& numbered : first_rows_) {
    fault_line_ = numbered.line;
    absl::Status taken = Take(numbered);
    if (!taken.ok()) return taken;
  }
  first_rows_ = {};
  return absl::OkStatus();
}

absl::Status Replay::Take(const NumberedRow& numbered) {
  const int64_t tick = grid_->TickAt(numbered.row.parsed.time);
  if (tick <= last_tick_) {
    return absl::InvalidArgumentError(
        absl::StrCat("the timestamp ", numbered.row.timestamp, " is in the same step of ",
                     absl::FormatDuration(grid_->step()),
                     " as the row before it; allowed: one row per step (set with --step)"));
  }
  if (tick > UINT32_MAX) {
    return absl::InvalidArgumentError(absl::StrCat("the timestamp ", numbered.row.timestamp,
                                                   " is too late; allowed: up to 2106"));
  }
  if (last_tick_ >= 0 && tick > last_tick_ + 1) {
    ++summary_.gaps;
    summary_.missing_rows += tick - last_tick_ - 1;
  }
  last_tick_ = tick;
  ++summary_.rows;
  const Observation seen = detector_->Observe(tick, numbered.row.value);
  CountSpike(seen);
  return writer_.Write(numbered.row, seen);
}

void Replay::CountSpike(const Observation& seen) {
  if (!seen.active || spike_ == seen.since) return;
  spike_ = seen.since;
  ++summary_.spikes;
  summary_.last_spike = grid_->TimeOf(seen.since);
  if (summary_.spikes == 1) summary_.first_spike = summary_.last_spike;
}

int ReplayStream(const ReplayFlags& flags, std::istream& in, absl::string_view name,
                 std::ostream& out, std::ostream& err) {
  Replay replay(flags, out);
  const absl::Status status = replay.Run(in, name);
  if (status.ok()) {
    err << "gmectl replay: " << FormatReplaySummary(replay.summary());
    return kExitGood;
  }
  err << "gmectl replay: " << status.message() << "\n";
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitBad;
}

}  // namespace

int RunReplay(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  ReplayFlags flags;
  Flags parser = MakeFlags(&flags);
  std::vector<std::string> files;
  absl::Status status = parser.Parse(arguments, &files);
  if (status.ok() && flags.help) {
    out << "Usage: gmectl replay [--flag=value ...] FILE.csv\n"
           "Runs the spike detector over past counts: reads rows timestamp,value at a fixed step,\n"
           "prints rows timestamp,value,expected,score,active. A spike begins at score 1; active\n"
           "is 1 while it lasts. FILE.csv may be - for standard input. A missing row means that\n"
           "there is no data, which is not the same as 0. Timestamps are UTC: seconds since 1970,\n"
           "or YYYY-MM-DD HH:MM:SS, with or without T and Z.\n\n"
        << parser.Help()
        << "\nExit status: 0 done, 1 the output could not be written, 2 wrong usage or rows.\n";
    return kExitGood;
  }
  status.Update(status.ok() ? Check(flags, files) : status);
  if (!status.ok()) {
    err << "gmectl replay: " << status.message() << "\nSee gmectl replay --help.\n";
    return kExitUsage;
  }
  if (files[0] == "-") return ReplayStream(flags, std::cin, "<standard input>", out, err);
  std::ifstream file(files[0], std::ios::binary);
  if (!file.is_open()) {
    err << "gmectl replay: cannot read " << files[0] << "\n";
    return kExitUsage;
  }
  return ReplayStream(flags, file, files[0], out, err);
}

}  // namespace gmewatch
