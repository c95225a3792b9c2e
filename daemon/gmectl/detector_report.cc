#include "daemon/gmectl/detector_report.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/gmectl/triage_text.h"
#include "daemon/triage/numbers_text.h"
#include "daemon/triage/timestamp.h"

namespace gmewatch {
namespace {

constexpr size_t kIndent = 2;
constexpr int kRisesMax = 10;

std::string Number(double value) { return absl::StrFormat("%.2g", value); }

std::string NeededText(const v1::DetectorSeries& series, double tick_seconds) {
  if (series.phase() == "spike") return "It is reported as a spike.";
  if (series.phase() == "retry loop")
    return "It is reported as a retry loop: few sessions send it.";
  if (series.phase() == "part of a rise")
    return "It is taken for a part of a rise in other places.";
  const std::string minute =
      series.needed_in_minute() == 0
          ? "No number of events within a minute would be reported yet"
          : absl::StrCat("A spike would be reported from ", CountText(series.needed_in_minute()),
                         " events on that come evenly within the next minute");
  const std::string tick = absl::StrCat(" in a single tick of ", Number(tick_seconds), " s");
  return absl::StrCat(
      minute, series.needed_in_tick() == 0
                  ? absl::StrCat("; no number of them", tick, " is enough.")
                  : absl::StrCat(", or from ", CountText(series.needed_in_tick()), tick, "."));
}

void AddSeries(const v1::DetectorSeries& series, double tick_seconds, Screen* screen) {
  screen->Paragraph(absl::StrCat(PlaceText(series.app(), series.region()), ": ", series.phase()), 0,
                    "", Ink::kStrong);
  if (series.phase() == "new") {
    screen->Paragraph("It has not been watched for long enough to be judged.", kIndent);
    return;
  }
  screen->Paragraph(
      absl::StrCat(RateText(series.expected_rate()), " = level ", RateText(series.level()),
                   " x season ", Number(series.season()), " x last hours ",
                   Number(series.last_hours()), " x traffic ", Number(series.traffic())),
      kIndent, "Expected now: ");
  screen->Paragraph(
      absl::StrCat("variance of a tick ", Number(series.dispersion()),
                   " times its mean; an hour is off by ", PercentText(std::sqrt(series.drift())),
                   "; known for ", CountText(series.known_hours()), " h"),
      kIndent, "Dispersion: ");
  screen->Paragraph(
      absl::StrCat(Number(series.score()), ", an alarm needs ", Number(series.required_score()),
                   series.required_score() > 1 ? ": it rose often lately" : ""),
      kIndent, "Score: ");
  screen->Paragraph(NeededText(series, tick_seconds), kIndent, "What it takes: ");
}

void AddRises(const v1::DetectorResponse& detector, absl::Time now, Screen* screen) {
  if (detector.rises().empty()) return;
  screen->Blank();
  screen->Paragraph("Last rises, in any place:", 0, "", Ink::kStrong);
  for (int i = 0; i < std::min(kRisesMax, detector.rises_size()); ++i) {
    const v1::PastRise& rise = detector.rises(i);
    screen->Paragraph(
        absl::StrCat(TimeText(TimeOf(rise.start()), now), " to ", TimeText(TimeOf(rise.end()), now),
                     ", ", PlaceText(rise.app(), rise.region()), ": ", Number(rise.factor()),
                     " times, score ", Number(rise.score())),
        kIndent, "- ");
  }
}

void AddPlaces(const v1::DetectorResponse& detector, Screen* screen) {
  std::vector<std::vector<TableCell>> rows;
  for (const v1::DetectorSeries& series : detector.series()) {
    rows.push_back({{absl::StrCat(series.app(), "/", series.region())},
                    {series.phase()},
                    {RateText(series.expected_rate())},
                    {Number(series.traffic())},
                    {Number(series.score())},
                    {series.needed_in_minute() == 0 ? "-" : CountText(series.needed_in_minute())}});
  }
  screen->Blank();
  screen->Table({{"APP/REGION", false, Column::Cut::kEnd},
                 {"PHASE", false},
                 {"EXPECTED", true},
                 {"TRAFFIC", true},
                 {"SCORE", true},
                 {"NEEDED/MIN", true}},
                std::move(rows), 0);
}

}  // namespace

void AddDetector(const v1::DetectorResponse& detector, const Place& place, Screen* screen) {
  const absl::Time now = TimeOf(detector.time());
  screen->Blank();
  screen->Paragraph(absl::StrCat("The detector at ", TimeText(now, now)), 0, "", Ink::kStrong);
  const auto found = absl::c_find_if(detector.series(), [&place](const v1::DetectorSeries& series) {
    return series.app() == place.app && series.region() == place.region;
  });
  if (found == detector.series().end()) {
    screen->Paragraph(absl::StrCat(PlaceText(place.app, place.region),
                                   ": not one event has been counted since the detector began"));
  } else {
    AddSeries(*found, detector.tick_seconds(), screen);
  }
  AddRises(detector, now, screen);
  if (!detector.series().empty()) AddPlaces(detector, screen);
}

}  // namespace gmewatch
