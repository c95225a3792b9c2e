#include "daemon/gmectl/replay.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <istream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/base/flags.h"
#include "daemon/detect/series/standalone_detector.h"
#include "daemon/gmectl/command.h"
#include "daemon/gmectl/count_row.h"
#include "daemon/gmectl/replay_report.h"
#include "daemon/gmectl/row_reader.h"
#include "daemon/gmectl/successes_file.h"
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
  absl::Duration step;    // 0: found from the first rows
  std::string successes;  // a file; empty: none
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
  flags.Add("successes", &to->successes,
            "file of rows timestamp,successes at the times of FILE.csv");
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
  } else if (files[0] == "-" && flags.successes == "-") {
    status.Update(absl::InvalidArgumentError(
        "FILE.csv and --successes are both -; allowed: one of them is standard input"));
  }
  return status;
}

// One run over one file.
class Replay {
 public:
  // `successes`: null if no file has them.
  Replay(const ReplayFlags& flags, RowReader* rows, SuccessesFile* successes, std::ostream& out)
      : flags_(flags), rows_(*rows), successes_(successes), writer_(out, flags.json) {}

  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  // Errors: INVALID_ARGUMENT, "NAME:LINE: what is wrong"; UNAVAILABLE, the output cannot be
  // written.
  absl::Status Run();

  const ReplaySummary& summary() const { return summary_; }

 private:
  absl::Status ReadAll();
  // Determines the grid from the first rows, then processes them.
  absl::Status Begin();
  absl::Status Take(const CountRow& row);
  void CountSpike(const Observation& seen);

  const ReplayFlags& flags_;
  RowReader& rows_;
  SuccessesFile* const successes_;
  ReplayWriter writer_;
  ReplaySummary summary_;
  std::vector<CountRow> first_rows_;  // kept until the grid is known
  std::optional<TickGrid> grid_;
  std::optional<StandaloneDetector> detector_;
  int64_t last_tick_ = -1;
  std::optional<int64_t> spike_;  // the start tick of the last spike
};

absl::Status Replay::Run() {
  absl::Status status = ReadAll();
  if (status.ok() && successes_ != nullptr && summary_.rows_with_successes == 0) {
    status = absl::InvalidArgumentError(absl::StrCat(
        successes_->name(), ": none of its rows has the time of a row of ", rows_.name(),
        "; allowed: rows timestamp,successes at the same times, to within half a step"));
  }
  status.Update(writer_.Finish());
  return status;
}

absl::Status Replay::ReadAll() {
  CountRow row;
  while (rows_.Next(&row)) {
    absl::Status taken;
    if (grid_.has_value()) {
      taken = Take(row);
    } else {
      first_rows_.push_back(std::move(row));
      if (first_rows_.size() == kFirstRows) taken = Begin();
    }
    if (!taken.ok()) return taken;
  }
  if (!rows_.status().ok() || grid_.has_value()) return rows_.status();
  return Begin();
}

absl::Status Replay::Begin() {
  std::vector<absl::Time> times;
  for (const CountRow& row : first_rows_) times.push_back(row.parsed.time);
  absl::StatusOr<absl::Duration> step = flags_.step;
  if (flags_.step == absl::ZeroDuration()) step = FindStep(times);
  if (!step.ok()) return rows_.Fault(first_rows_.back().line, step.status().message());
  summary_.step = *step;
  summary_.form = first_rows_.front().parsed.form;
  grid_.emplace(*step, times);
  DetectSettings settings = flags_.detect;
  settings.tick = *step;
  detector_.emplace(settings, 1);
  for (const CountRow& row : first_rows_) {
    absl::Status taken = Take(row);
    if (!taken.ok()) return taken;
  }
  first_rows_ = {};
  return absl::OkStatus();
}

absl::Status Replay::Take(const CountRow& row) {
  const absl::StatusOr<int64_t> tick = rows_.TickOf(row, *grid_);
  if (!tick.ok()) return tick.status();
  absl::StatusOr<std::optional<uint64_t>> successes = row.successes;
  if (successes_ != nullptr) successes = successes_->At(*tick, *grid_);
  if (!successes.ok()) return successes.status();
  if (last_tick_ >= 0 && *tick > last_tick_ + 1) {
    ++summary_.gaps;
    summary_.missing_rows += *tick - last_tick_ - 1;
  }
  last_tick_ = *tick;
  ++summary_.rows;
  if (successes->has_value()) ++summary_.rows_with_successes;
  const Observation seen = detector_->Observe(*tick, row.value, *successes);
  CountSpike(seen);
  return writer_.Write(row, seen, grid_->TimeOf(seen.since));
}

void Replay::CountSpike(const Observation& seen) {
  if (!seen.active || spike_ == seen.since) return;
  spike_ = seen.since;
  ++summary_.spikes;
  summary_.last_spike = grid_->TimeOf(seen.since);
  if (summary_.spikes == 1) summary_.first_spike = summary_.last_spike;
}

int Fail(const absl::Status& status, std::ostream& err) {
  err << "gmectl replay: " << status.message() << "\n";
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitBad;
}

// A file, or standard input if its path is "-".
class Input {
 public:
  // Errors: INVALID_ARGUMENT.
  absl::Status Open(const std::string& path) {
    name_ = path == "-" ? "<standard input>" : path;
    if (path == "-") return absl::OkStatus();
    file_.emplace(path, std::ios::binary);
    if (file_->is_open()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("cannot read ", path));
  }
  std::istream& stream() { return file_.has_value() ? *file_ : std::cin; }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::optional<std::ifstream> file_;
};

int ReplayFiles(const ReplayFlags& flags, const std::string& path, std::ostream& out,
                std::ostream& err) {
  Input counts;
  Input successes;
  absl::Status status = counts.Open(path);
  const bool beside = !flags.successes.empty();
  if (beside) status.Update(successes.Open(flags.successes));
  if (!status.ok()) return Fail(status, err);
  RowReader rows(counts.stream(), counts.name(), beside ? kCountRowAlone : kCountRow);
  std::optional<SuccessesFile> file;
  if (beside) file.emplace(successes.stream(), successes.name());
  Replay replay(flags, &rows, beside ? &*file : nullptr, out);
  status = replay.Run();
  if (!status.ok()) return Fail(status, err);
  err << "gmectl replay: " << FormatReplaySummary(replay.summary());
  return kExitGood;
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
           "prints rows timestamp,value,expected,score,active,since. A spike begins at score 1;\n"
           "while it lasts, active is 1 and since is when it began. A missing row means that "
           "there\n"
           "is no data, which is not the same as 0. Timestamps are UTC: seconds since 1970, or\n"
           "YYYY-MM-DD HH:MM:SS, with or without T and Z.\n\n"
           "Errors are measured against the operations if their successes are known: from a third\n"
           "column, timestamp,value,successes, which may be empty in some rows, or from a file of\n"
           "its own (--successes), at the same times to within half a step. A crowd, which brings\n"
           "more of both, is then no spike. After an hour without successes, errors are watched\n"
           "alone.\n\n"
           "FILE.csv, or the file of successes, may be - for standard input.\n\n"
        << parser.Help()
        << "\nExit status: 0 done, 1 the output could not be written, 2 wrong usage or rows.\n";
    return kExitGood;
  }
  status.Update(status.ok() ? Check(flags, files) : status);
  if (!status.ok()) {
    err << "gmectl replay: " << status.message() << "\nSee gmectl replay --help.\n";
    return kExitUsage;
  }
  return ReplayFiles(flags, files[0], out, err);
}

}  // namespace gmewatch
