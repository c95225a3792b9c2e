#include "daemon/triage/code_groups.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "daemon/triage/urgency.h"

namespace gmewatch {
namespace {

// Sums rates, because the places of a code in one incident never overlap.
v1::Spike WholeOf(const std::vector<const v1::Spike*>& places) {
  v1::Spike whole = *places.front();
  for (const v1::Spike* place : places) {
    if (place->start().seconds() < whole.start().seconds()) *whole.mutable_start() = place->start();
    if (place == places.front()) continue;
    // The places are sorted: the first one is active if any is.
    if (place->active()) {
      whole.set_observed_rate(whole.observed_rate() + place->observed_rate());
      whole.set_expected_rate(whole.expected_rate() + place->expected_rate());
    } else if (!whole.active() && place->end().seconds() > whole.end().seconds()) {
      *whole.mutable_end() = place->end();
    }
  }
  return whole;
}

}  // namespace

std::vector<CodeGroup> CodeGroupsOf(const v1::Incident& incident) {
  std::vector<CodeGroup> groups;
  for (const v1::Spike& member : incident.members()) {
    auto group = absl::c_find_if(groups, [&member](const CodeGroup& known) {
      return known.places.front()->code() == member.code();
    });
    if (group == groups.end()) group = groups.emplace(groups.end());
    group->places.push_back(&member);
  }
  for (CodeGroup& group : groups) {
    absl::c_stable_sort(group.places, [](const v1::Spike* x, const v1::Spike* y) {
      return IsMoreUrgent(UrgencyOf(*x), UrgencyOf(*y));
    });
    group.whole = WholeOf(group.places);
  }
  absl::c_stable_sort(groups, [&incident](const CodeGroup& x, const CodeGroup& y) {
    const auto is_cause = [&incident](const CodeGroup& group) {
      return group.whole.active() && group.whole.code() == incident.cause_code();
    };
    if (is_cause(x) != is_cause(y)) return is_cause(x);
    return IsMoreUrgent(UrgencyOf(x.whole), UrgencyOf(y.whole));
  });
  return groups;
}

}  // namespace gmewatch
