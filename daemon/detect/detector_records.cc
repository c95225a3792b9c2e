#include "daemon/detect/detector_records.h"

#include <cmath>

namespace gmewatch {

void Pack(const Place& place, internal::PlaceName* out) {
  out->set_app(place.app);
  out->set_region(place.region);
}

Place Unpack(const internal::PlaceName& place) { return {place.app(), place.region()}; }

void Pack(const SpikePlace& where, internal::SpikePlaceRecord* out) {
  out->set_code(where.code);
  out->set_other_code(where.other_code);
  Pack(where.place, out->mutable_place());
}

SpikePlace Unpack(const internal::SpikePlaceRecord& where) {
  return {where.code(), where.other_code(), Unpack(where.place())};
}

void Pack(const Spike& spike, internal::AnnouncedRecord* out) {
  Pack(spike.where, out->mutable_where());
  out->set_retry_loop(spike.retry_loop);
  out->set_active(spike.active);
  out->set_start_s(spike.start_s);
  out->set_end_s(spike.end_s);
  out->set_expected_rate(spike.expected_rate);
  out->set_observed_rate(spike.observed_rate);
  out->set_score(spike.score);
  out->set_operations_share(spike.operations_share);
  out->set_traffic_ratio(spike.traffic_ratio);
}

Spike Unpack(const internal::AnnouncedRecord& spike) {
  return {.where = Unpack(spike.where()),
          .retry_loop = spike.retry_loop(),
          .active = spike.active(),
          .start_s = spike.start_s(),
          .end_s = spike.end_s(),
          .expected_rate = spike.expected_rate(),
          .observed_rate = spike.observed_rate(),
          .score = spike.score(),
          .operations_share = spike.operations_share(),
          .traffic_ratio = spike.traffic_ratio()};
}

void Pack(const Incident& incident, internal::IncidentRecord* out) {
  out->set_id(incident.id);
  out->set_active(incident.active);
  out->set_start_s(incident.start_s);
  out->set_end_s(incident.end_s);
  Pack(incident.place, out->mutable_place());
  for (const SpikePlace& member : incident.members) Pack(member, out->add_members());
  out->set_cause_code(incident.cause_code);
  out->set_cause_action(incident.cause_action);
}

Incident Unpack(const internal::IncidentRecord& incident) {
  Incident out;
  out.id = incident.id();
  out.active = incident.active();
  out.start_s = incident.start_s();
  out.end_s = incident.end_s();
  out.place = Unpack(incident.place());
  for (const auto& member : incident.members()) out.members.push_back(Unpack(member));
  out.cause_code = incident.cause_code();
  out.cause_action = incident.cause_action();
  return out;
}

void Pack(const PastRise& rise, internal::PastRiseRecord* out) {
  out->set_slot(rise.slot);
  out->set_row(rise.row);
  out->set_start(rise.start);
  out->set_end(rise.end);
  out->set_factor(rise.factor);
  out->set_score(rise.score);
  out->set_recurred(rise.recurred);
}

PastRise Unpack(const internal::PastRiseRecord& rise) {
  return {.slot = rise.slot(),
          .row = rise.row(),
          .start = rise.start(),
          .end = rise.end(),
          .factor = rise.factor(),
          .score = rise.score(),
          .recurred = rise.recurred()};
}

void Pack(const Traffic::Row& row, internal::TrafficRecord* out) {
  out->set_recent_operations(row.recent_operations);
  out->set_recent_ticks(row.recent_ticks);
  out->set_hour_successes(row.hour_successes);
  out->set_hour_errors(row.hour_errors);
  out->set_hour_ticks(row.hour_ticks);
  out->set_hours(row.hours);
  out->set_mean(row.mean);
  out->set_exposure(row.exposure);
  out->set_silent_ticks(row.silent_ticks);
  out->set_failing_ticks(row.failing_ticks);
  if (row.sums.back() > 0) out->mutable_sums()->Add(row.sums.begin(), row.sums.end());
}

Traffic::Row Unpack(const internal::TrafficRecord& row) {
  Traffic::Row out = {.recent_operations = row.recent_operations(),
                      .recent_ticks = row.recent_ticks(),
                      .hour_successes = row.hour_successes(),
                      .hour_errors = row.hour_errors(),
                      .hour_ticks = row.hour_ticks(),
                      .hours = row.hours(),
                      .mean = row.mean(),
                      .exposure = row.exposure(),
                      .silent_ticks = row.silent_ticks(),
                      .failing_ticks = row.failing_ticks(),
                      .sums = {}};
  const int known = std::min(row.sums_size(), static_cast<int>(Traffic::kSlots));
  std::copy_n(row.sums().begin(), known, out.sums.begin());
  return out;
}

bool IsSound(const Traffic::Row& row) {
  for (const double number :
       {row.recent_operations, row.recent_ticks, row.hour_successes, row.hour_errors,
        double{row.hour_ticks}, double{row.hours}, double{row.mean}, double{row.exposure},
        double{row.silent_ticks}, double{row.failing_ticks}}) {
    if (!std::isfinite(number) || number < 0) return false;
  }
  for (const float sum : row.sums) {
    if (!std::isfinite(sum) || sum < 0) return false;
  }
  // Whatever is counted, in ticks of up to an hour: no division may overflow.
  constexpr float kLeast = 1e-9F;
  return row.exposure >= kLeast && (row.hour_successes == 0 || row.hour_ticks > 0) &&
         (row.mean == 0 || (row.mean >= kLeast && row.recent_ticks >= 1));
}

}  // namespace gmewatch
