#include "tests/evaluation/month_plan.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/evaluation/slot_calendar.h"
#include "tests/support/random.h"

namespace gmewatch::detect_eval {
namespace {

constexpr int64_t kWarmUpDays = 14;
constexpr int64_t kSlotTicks = 12 * kHourTicks;
constexpr int64_t kSlots = 2 * kMonthDays;

// Draws the events of one month. A slot is half a day and has at most one event; what is longer
// takes several.
class Planner {
 public:
  Planner(uint64_t seed, const Fleet& fleet)
      : random_(seed), fleet_(fleet), used_(kErrorCodes + 1) {}

  std::vector<MonthEvent> Plan();

 private:
  void AddOutages();
  void AddOthers();
  void AddPeaks();

  void AddLongOutage();
  void AddCrowdWithOutage();
  void AddGroup(FleetPlace place);
  // `start`: of the slot; the outage begins one to four hours later.
  void Outage(std::string name, int64_t start, FleetPlace place, int code);

  MonthEvent& Push(MonthEvent event) { return events_.emplace_back(std::move(event)); }
  // `place` has the first tick of the first slot.
  void Add(int64_t slots, std::function<void(int64_t)> place, int64_t earliest = 0,
           int64_t latest = kSlots) {
    calendar_.Add({[place = std::move(place)](int64_t slot) { place(slot * kSlotTicks); }, slots,
                   earliest, latest});
  }

  int64_t Minutes(int64_t low, int64_t high) { return kMinuteTicks * random_.Integer(low, high); }
  double LogUniform(double low, double high) {
    return low * std::pow(high / low, random_.Uniform());
  }
  int OldApp() { return static_cast<int>(random_.Integer(0, kLaunchedApp - 1)); }
  int OldRegion() { return static_cast<int>(random_.Integer(0, kLaunchedRegion - 1)); }
  // An event without codes, one to four hours after `start`.
  void Simple(EventKind kind, std::string name, int64_t start, int64_t length, FleetPlace place) {
    const int64_t begin = start + Minutes(60, 240);
    Push({kind, std::move(name), begin, begin + length, place});
  }
  // A code that no other event has and that has at least `mean` events a tick there.
  int NewCode(FleetPlace place, double mean);

  Random random_;
  const Fleet& fleet_;
  std::vector<bool> used_;  // by code
  SlotCalendar calendar_;
  std::vector<MonthEvent> events_;
};

std::vector<MonthEvent> Planner::Plan() {
  AddOutages();
  AddPeaks();
  AddOthers();
  calendar_.Place(kSlots, &random_);
  std::stable_sort(events_.begin(), events_.end(),
                   [](const MonthEvent& a, const MonthEvent& b) { return a.start < b.start; });
  return std::move(events_);
}

int Planner::NewCode(FleetPlace place, double mean) {
  std::vector<int> codes;
  for (int code = 1; code <= kErrorCodes; ++code) {
    if (!used_[static_cast<size_t>(code)] && fleet_.MeanErrors(code, place) >= mean) {
      codes.push_back(code);
    }
  }
  // The commonest one that is left, if no other is as common as that.
  for (int code = kErrorCodes; codes.empty(); --code) {
    if (!used_[static_cast<size_t>(code)]) codes.push_back(code);
  }
  const int code = codes[static_cast<size_t>(random_.Integer(0, std::ssize(codes) - 1))];
  used_[static_cast<size_t>(code)] = true;
  return code;
}

void Planner::Outage(std::string name, int64_t start, FleetPlace place, int code) {
  const int64_t begin = start + Minutes(60, 240);
  const auto length = kMinuteTicks * static_cast<int64_t>(LogUniform(10, 180));
  // So many events too many that it is worth an alarm, however common the code is.
  const double excess = LogUniform(60, 1'500) * fleet_.MeanVmr(code, place);
  const double usual = fleet_.MeanErrors(code, place) * static_cast<double>(length);
  const double factor = std::max(2.5, 1 + excess / usual);
  Push({EventKind::kOutage, std::move(name), begin, begin + length, place, {code}, factor});
}

void Planner::AddGroup(FleetPlace place) {
  std::vector<int> codes;
  codes.reserve(6);
  for (int i = 0; i < 6; ++i) codes.push_back(NewCode(place, 0.02));
  Add(1, [this, place, codes](int64_t start) {
    const int64_t begin = start + Minutes(60, 240);
    Push({EventKind::kOutage, "outage of six codes", begin, begin + Minutes(10, 120), place, codes,
          LogUniform(5, 30)});
  });
}

void Planner::AddLongOutage() {
  const FleetPlace place = {kAll, OldRegion()};
  // Common, so that x3 for an hour can be seen at night too.
  const int code = NewCode(place, 1.5);
  Add(4, [this, place, code](int64_t start) {
    const int64_t begin = start + Minutes(60, 180);
    const int64_t end = begin + 30 * kHourTicks;
    Push({EventKind::kOutage, "outage of 30 h", begin, end, place, {code}, 8});
    const int64_t again = end + Minutes(60, 300);
    Push({EventKind::kOutage, "x3 after the 30 h", again, again + kHourTicks, place, {code}, 3});
  });
}

void Planner::AddCrowdWithOutage() {
  const FleetPlace place = {OldApp(), OldRegion()};
  const int code = NewCode(place, 0.3);
  Add(1, [this, place, code](int64_t start) {
    const int64_t begin = start + Minutes(60, 180);
    Push({EventKind::kCrowd, "crowd x2", begin, begin + 3 * kHourTicks, {}, {}, 2});
    const int64_t rises = begin + Minutes(60, 90);
    Push({EventKind::kOutage, "x8 in a crowd", rises, rises + Minutes(30, 60), place, {code}, 8});
  });
}

// Ten short outages (with those after the long one, in the crowd and of the code with peaks), the
// long one, the one that comes and goes, the ramp and the two stops.
void Planner::AddOutages() {
  AddLongOutage();
  AddCrowdWithOutage();
  AddGroup({kAll, OldRegion()});
  AddGroup({OldApp(), kAll});
  const FleetPlace leaf = {OldApp(), OldRegion()};
  const int often = NewCode(leaf, 0);
  for (int i = 0; i < 3; ++i) {
    Add(1, [this, leaf, often](int64_t start) { Outage("short outage", start, leaf, often); });
  }
  for (const FleetPlace place : {FleetPlace{kAll, OldRegion()}, FleetPlace{OldApp(), kAll}}) {
    const int code = NewCode(place, 0.05);
    Add(1, [this, place, code](int64_t start) { Outage("short outage", start, place, code); });
  }
  const FleetPlace region = {kAll, OldRegion()};
  const int flaps = NewCode(region, 0.2);
  Add(1, [this, region, flaps](int64_t start) {
    const int64_t begin = start + Minutes(60, 180);
    // Ends as it begins, with six minutes of errors.
    const int64_t end = begin + 6 * kHourTicks - kFlapTicks;
    Push({EventKind::kFlaps, "comes and goes for 6 h", begin, end, region, {flaps}, 6});
  });
  const FleetPlace app = {OldApp(), kAll};
  const int ramp = NewCode(app, 0.2);
  Add(1, [this, app, ramp](int64_t start) {
    const int64_t begin = start + Minutes(60, 180);
    Push({EventKind::kRamp, "ramp of 3 h to x6", begin, begin + 4 * kHourTicks, app, {ramp}, 6});
  });
  Add(1, [this](int64_t start) {
    Simple(EventKind::kStop, "stop of all reports", start, Minutes(20, 60), {});
  });
  Add(1, [this, place = FleetPlace{kAll, OldRegion()}](int64_t start) {
    Simple(EventKind::kStop, "stop of a region", start, Minutes(30, 120), place);
  });
}

void Planner::AddOthers() {
  for (const double factor : {1.5, 2.0, 4.0}) {
    const FleetPlace place = {OldApp(), kAll};
    const int code = NewCode(place, 0.1);
    Add(1, [this, place, code, factor](int64_t start) {
      const int64_t begin = start + Minutes(60, 240);
      const std::string name = absl::StrCat("release x", factor);
      Push({EventKind::kRelease, name, begin, kForGood, place, {code}, factor});
    });
  }
  // Early, so that much of the month is with them.
  for (const FleetPlace place : {FleetPlace{kLaunchedApp, kAll}, {kAll, kLaunchedRegion}}) {
    const std::string name = place.app == kAll ? "launch of a region" : "launch of an app";
    Add(
        1,
        [this, place, name](int64_t start) {
          Push({EventKind::kLaunch, name, start + Minutes(60, 240), kForGood, place});
        },
        2, 20);
  }
  Add(1, [this](int64_t start) {
    const int64_t begin = start + Minutes(60, 240);
    Push({EventKind::kCrowd, "crowd x1.2", begin, begin + 3 * kHourTicks, {}, {}, 1.2});
  });
  for (const int clients : {1, 2}) {
    const FleetPlace place = {OldApp(), OldRegion()};
    const int code = NewCode(place, 0.01);
    Add(1, [this, place, code, clients](int64_t start) {
      const int64_t begin = start + Minutes(60, 180);
      Push({EventKind::kLoop,
            absl::StrCat(clients, " looping"),
            begin,
            begin + 2 * kHourTicks,
            place,
            {code},
            1,
            clients});
    });
  }
  Add(1, [this, place = FleetPlace{kAll, OldRegion()}](int64_t start) {
    Simple(EventKind::kLate, "late data", start, Minutes(2, 8), place);
  });
  Add(1,
      [this](int64_t start) { Simple(EventKind::kRestart, "restart", start, Minutes(1, 3), {}); });
  for (const int64_t minutes : {12, 45, 240}) {
    Add(1, [this, minutes](int64_t start) {
      Simple(EventKind::kGap, "gap", start, minutes * kMinuteTicks, {});
    });
  }
  const int64_t clocks = random_.Integer(18, 23) * kDayTicks + 2 * kHourTicks;
  for (const int region : {0, 1}) {
    Push({EventKind::kClocks, "clocks", clocks, kForGood, {kAll, region}});
  }
  int64_t day = random_.Integer(12, 17);
  if (day % 7 >= 5) day += 2;
  Push({EventKind::kHoliday, "holiday", day * kDayTicks, (day + 1) * kDayTicks, {kAll, 0}});
}

// A code that rises every evening, and another that rises each Saturday. An outage of the first
// comes in the second half of the month, away from its hour.
void Planner::AddPeaks() {
  const FleetPlace evening_app = {0, kAll};
  const FleetPlace weekly_app = {1, kAll};
  const int evening = NewCode(evening_app, 0.5);
  const int weekly = NewCode(weekly_app, 0.5);
  for (int64_t day = 1; day < kMonthDays; ++day) {
    const int64_t start = day * kDayTicks + 19 * kHourTicks;
    Push({EventKind::kPeak,
          "evening peak",
          start,
          start + kHourTicks,
          evening_app,
          {evening},
          4,
          0,
          day > 3});
  }
  for (int64_t week = 0; 7 * week + 5 < kMonthDays; ++week) {
    const int64_t start = (7 * week + 5) * kDayTicks + 14 * kHourTicks;
    Push({EventKind::kPeak,
          "weekly peak",
          start,
          start + 3 * kHourTicks,
          weekly_app,
          {weekly},
          4,
          0,
          week >= 2});
  }
  Add(
      1,
      [this, evening_app, evening](int64_t start) {
        const int64_t begin = start + Minutes(60, 180);
        Push({EventKind::kOutage,
              "x4 of a code with peaks",
              begin,
              begin + Minutes(30, 90),
              evening_app,
              {evening},
              4});
      },
      kSlots / 2);
}

}  // namespace

MonthPlan PlanMonth(uint64_t seed, const Fleet& fleet, int64_t days) {
  MonthPlan plan;
  plan.seed = seed;
  plan.warm_up = kWarmUpDays * kDayTicks;
  plan.ticks = plan.warm_up + days * kDayTicks;
  for (MonthEvent& event : Planner(MixSeed(seed, 0x9e), fleet).Plan()) {
    event.start += plan.warm_up;
    if (event.end != kForGood) event.end += plan.warm_up;
    const int64_t last = event.end == kForGood ? event.start : event.end;
    if (last <= plan.ticks) plan.events.push_back(std::move(event));
  }
  return plan;
}

}  // namespace gmewatch::detect_eval
