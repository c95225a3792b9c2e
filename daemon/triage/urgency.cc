#include "daemon/triage/urgency.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

// "other" comes after all numbers.
int64_t NumberOf(const std::string& code) {
  int32_t number = 0;
  return absl::SimpleAtoi(code, &number) ? number : INT64_MAX;
}

}  // namespace

bool IsMoreUrgent(const Urgency& x, const Urgency& y) {
  return std::tie(x.rank, y.size, x.code, x.place) < std::tie(y.rank, x.size, y.code, y.place);
}

double ExcessOf(const v1::Spike& spike) {
  return spike.active() ? std::max(0.0, spike.observed_rate() - spike.expected_rate()) : 0;
}

Urgency UrgencyOf(const v1::Spike& spike) {
  const int over = spike.active() ? 0 : 2;
  return {.rank = over + (spike.kind() == v1::Spike::SPIKE ? 0 : 1),
          .size = ExcessOf(spike),
          .code = NumberOf(spike.code()),
          .place = absl::StrCat(spike.app(), " ", spike.region())};
}

Urgency UrgencyOf(const v1::Incident& incident) {
  Urgency out;
  out.rank = incident.active() ? 0 : 1;
  for (const v1::Spike& member : incident.members()) out.size += ExcessOf(member);
  // Among ended incidents, the one that ended last comes first.
  out.code = incident.active() ? incident.start().seconds() : -incident.end().seconds();
  out.place = incident.id();
  return out;
}

Urgency UrgencyOf(const v1::CodeSummary& code) {
  const bool spikes = code.state() == v1::CodeSummary::SPIKING;
  const bool rises = spikes || code.state() == v1::CodeSummary::RETRY_LOOP;
  return {.rank = spikes ? 0 : (rises ? 1 : 2),
          .size = rises ? code.excess_rate() : code.rate(),
          .code = NumberOf(code.code()),
          .place = ""};
}

}  // namespace gmewatch
