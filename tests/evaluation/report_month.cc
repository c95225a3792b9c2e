#include <cstdint>
#include <functional>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/evaluation/report.h"
#include "tests/evaluation/table.h"

namespace gmewatch::detect_eval {
namespace {

using LabelFilter = std::function<bool(const MonthLabel& label)>;

// Labels and one rule's results on them.
struct Group {
  int64_t events = 0;
  int64_t detectable = 0;
  // How many of the detectable ones are so.
  int64_t in_time = 0;
  int64_t reported = 0;
  int64_t right_place = 0;
  int64_t once = 0;
  int64_t ended = 0;
  int64_t lines = 0;  // of all
  std::vector<int64_t> delays;
  std::vector<int64_t> start_errors;
};

void Add(const MonthLabel& label, const LabelResult& result, Group* group) {
  ++group->events;
  group->lines += result.lines;
  if (!label.detectable()) return;
  ++group->detectable;
  group->in_time += result.in_time ? 1 : 0;
  group->right_place += result.right_place ? 1 : 0;
  group->once += result.once ? 1 : 0;
  group->ended += result.ended ? 1 : 0;
  if (!result.reported) return;
  ++group->reported;
  group->delays.push_back(result.delay);
  group->start_errors.push_back(std::abs(result.start_error));
}

Group Collect(const std::vector<MonthRun>& runs, size_t contender, const LabelFilter& belongs) {
  Group group;
  for (const MonthRun& run : runs) {
    for (size_t i = 0; i < run.labels.size(); ++i) {
      if (belongs(run.labels[i])) Add(run.labels[i], run.tallies[contender].results[i], &group);
    }
  }
  return group;
}

bool IsDetectable(const MonthLabel& label) { return label.detectable(); }

std::string PartOf(int64_t part, int64_t whole) {
  return whole == 0 ? "-" : absl::StrCat(part, " of ", whole);
}

double Weeks(const std::vector<MonthRun>& runs) {
  double weeks = 0;
  for (const MonthRun& run : runs) weeks += run.tallies.front().weeks;
  return weeks;
}

std::string PlaceText(const FleetPlace& place) {
  const auto part = [](absl::string_view name, int number) {
    return number == kAll ? std::string("all") : absl::StrCat(name, number);
  };
  return absl::StrCat(part("app", place.app), "/", part("region", place.region));
}

std::string TimeText(int64_t ticks) {
  return absl::StrFormat("%d %02d:%02d", ticks / kDayTicks, ticks % kDayTicks / kHourTicks,
                         ticks % kHourTicks / kMinuteTicks);
}

std::string ResultText(const LabelResult& result) {
  if (!result.reported) return "";
  return absl::StrCat(result.delay, ", ", result.lines, result.in_time ? " in time" : "",
                      result.right_place ? " place" : "", result.once ? " once" : "",
                      result.ended ? " ended" : "");
}

std::vector<std::string> EventRow(const MonthRun& run, size_t i) {
  const MonthEvent& event = run.labels[i].event;
  std::vector<std::string> row = {
      absl::StrCat(run.seed),
      event.name,
      TimeText(event.start - run.plan.warm_up),
      event.end == kForGood ? "" : absl::StrCat(event.end - event.start),
      PlaceText(event.place),
      absl::StrCat(event.codes.size()),
      absl::StrFormat("%.3g", event.factor),
      IsDetectable(run.labels[i]) ? absl::StrCat(*run.labels[i].decided - event.start) : ""};
  for (const MonthTally& tally : run.tallies) row.push_back(ResultText(tally.results[i]));
  return row;
}

void PrintSummary(const std::vector<MonthRun>& runs, const std::vector<Contender>& contenders) {
  PrintHead({"rule", "in time", "at all", "right place at the end", "once", "ended in time",
             "median delay, ticks", "start off by", "false lines a week", "false loops",
             "lines of the warm-up", "s a month"});
  for (size_t i = 0; i < contenders.size(); ++i) {
    const Group group = Collect(runs, i, IsDetectable);
    int64_t false_lines = 0;
    int64_t false_loops = 0;
    int64_t warm_up = 0;
    double seconds = 0;
    for (const MonthRun& run : runs) {
      const MonthTally& tally = run.tallies[i];
      false_lines = absl::c_accumulate(tally.false_lines, false_lines);
      false_loops += tally.false_loops;
      warm_up += tally.warm_up_lines;
      seconds += tally.seconds;
    }
    PrintRow({contenders[i].entry.name, PartOf(group.in_time, group.detectable),
              PartOf(group.reported, group.detectable), PartOf(group.right_place, group.detectable),
              PartOf(group.once, group.detectable), PartOf(group.ended, group.detectable),
              QuantileText(group.delays, 0.5), QuantileText(group.start_errors, 0.5),
              absl::StrFormat("%.1f", static_cast<double>(false_lines) / Weeks(runs)),
              absl::StrCat(false_loops), absl::StrCat(warm_up),
              absl::StrFormat("%.0f", seconds / static_cast<double>(runs.size()))});
  }
}

void PrintKinds(const std::vector<MonthRun>& runs, const std::vector<Contender>& contenders) {
  std::cout
      << "\n### By kind of event\n\nIn time / in the right place at the end / once, of the "
         "detectable ones. For what may be reported but need not be: the number of lines.\n\n";
  std::vector<std::string> names;
  for (const MonthLabel& label : runs.front().labels) {
    if (!absl::c_linear_search(names, label.event.name)) names.push_back(label.event.name);
  }
  absl::c_sort(names);
  std::vector<std::string> head = {"event", "number", "detectable"};
  for (const Contender& contender : contenders) head.push_back(contender.entry.name);
  PrintHead(head);
  for (const std::string& name : names) {
    std::vector<std::string> row = {name};
    for (size_t i = 0; i < contenders.size(); ++i) {
      const Group group =
          Collect(runs, i, [&](const MonthLabel& label) { return label.event.name == name; });
      if (i == 0) row.push_back(absl::StrCat(group.events));
      if (i == 0) row.push_back(absl::StrCat(group.detectable));
      row.push_back(group.detectable == 0
                        ? absl::StrCat(group.lines, " lines")
                        : absl::StrCat(group.in_time, " / ", group.right_place, " / ", group.once));
    }
    PrintRow(row);
  }
}

void PrintCauses(const std::vector<MonthRun>& runs, const std::vector<Contender>& contenders) {
  std::cout << "\n### False lines a week, by cause\n\n";
  std::vector<std::string> head = {"cause"};
  for (const Contender& contender : contenders) head.push_back(contender.entry.name);
  PrintHead(head);
  for (size_t cause = 0; cause < kCauses; ++cause) {
    std::vector<std::string> row = {CauseNames()[cause]};
    for (size_t i = 0; i < contenders.size(); ++i) {
      int64_t lines = 0;
      for (const MonthRun& run : runs) lines += run.tallies[i].false_lines[cause];
      row.push_back(absl::StrFormat("%.1f", static_cast<double>(lines) / Weeks(runs)));
    }
    PrintRow(row);
  }
}

}  // namespace

void PrintMonths(const RunSettings& settings, const std::vector<Contender>& contenders,
                 const std::vector<MonthRun>& runs) {
  double seconds = 0;
  for (const MonthRun& run : runs) seconds += run.seconds / static_cast<double>(runs.size());
  std::cout << absl::StrFormat(
      "\n## A month of a fleet\n\nSeeds %d to %d, %d days each after %d days of warm-up; %d codes, "
      "%d apps, %d regions. It takes %.0f s to make a month. The first "
      "columns count outages and stops whose counts allow a decision: reported within a minute or "
      "as soon as their counts allow, at all, with all lines in the right place at the end, as one "
      "line for each code and one incident, with the last line ended within ten minutes of the "
      "end.\n\n",
      runs.front().seed, runs.back().seed, settings.days, runs.front().plan.warm_up / kDayTicks,
      kErrorCodes, kApps, kRegions, seconds);
  PrintSummary(runs, contenders);
  PrintKinds(runs, contenders);
  PrintCauses(runs, contenders);
}

void PrintFalseLines(const Contender& contender, const MonthRun& run, size_t rule) {
  for (const FalseLine& found : run.tallies[rule].all_false_lines) {
    const Line& line = found.line;
    PrintRow({contender.entry.name, absl::StrCat(run.seed),
              CauseNames()[static_cast<size_t>(found.cause)], absl::StrCat(line.what.code),
              PlaceText(line.what.place), TimeText(line.begin - run.plan.warm_up),
              absl::StrCat(line.what.since - line.begin),
              line.end == kForGood ? "" : absl::StrCat(line.end - line.begin)});
  }
}

void PrintEvents(const std::vector<Contender>& contenders, const std::vector<MonthRun>& runs) {
  std::cout << "\n### Events\n\nTimes are days, hours and minutes after the warm-up; ticks after "
               "the start. Each rule: delay, lines, and what is right.\n\n";
  std::vector<std::string> head = {"seed",  "event", "start",  "ticks",
                                   "place", "codes", "factor", "decided after"};
  for (const Contender& contender : contenders) head.push_back(contender.entry.name);
  PrintHead(head);
  for (const MonthRun& run : runs) {
    for (size_t i = 0; i < run.labels.size(); ++i) {
      PrintRow(EventRow(run, i));
    }
  }
  std::cout << "\n### False lines\n\n";
  PrintHead({"rule", "seed", "cause", "code", "place", "begins", "since", "ticks"});
  for (const MonthRun& run : runs) {
    for (size_t i = 0; i < contenders.size(); ++i) PrintFalseLines(contenders[i], run, i);
  }
}

}  // namespace gmewatch::detect_eval
