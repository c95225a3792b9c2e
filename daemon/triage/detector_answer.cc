#include "daemon/triage/detector_answer.h"

#include <string>

#include "daemon/triage/timestamp.h"

namespace gmewatch {

v1::DetectorResponse DetectorAnswer(absl::string_view code, const ExplainedCode& explained) {
  v1::DetectorResponse out;
  *out.mutable_time() = TimestampOf(explained.time_s);
  out.set_code(std::string(code));
  out.set_tick_seconds(explained.tick_seconds);
  for (const ExplainedSeries& series : explained.series) {
    v1::DetectorSeries& added = *out.add_series();
    added.set_app(series.place.app);
    added.set_region(series.place.region);
    added.set_phase(series.phase);
    added.set_expected_rate(series.expected_rate);
    added.set_level(series.level);
    added.set_season(series.season);
    added.set_last_hours(series.last_hours);
    added.set_traffic(series.traffic);
    added.set_dispersion(series.dispersion);
    added.set_drift(series.drift);
    added.set_known_hours(series.known_hours);
    added.set_score(series.score);
    added.set_required_score(series.required_score);
    added.set_needed_in_tick(series.needed_in_tick);
    added.set_needed_in_minute(series.needed_in_minute);
  }
  for (const ExplainedRise& rise : explained.rises) {
    v1::PastRise& added = *out.add_rises();
    added.set_app(rise.place.app);
    added.set_region(rise.place.region);
    *added.mutable_start() = TimestampOf(rise.start_s);
    *added.mutable_end() = TimestampOf(rise.end_s);
    added.set_factor(rise.factor);
    added.set_score(rise.score);
  }
  return out;
}

}  // namespace gmewatch
