// The members of an incident grouped by code, because people ask which codes rise and then where.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_CODE_GROUPS_H_
#define GMEWATCH_DAEMON_TRIAGE_CODE_GROUPS_H_

#include <vector>

#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

struct CodeGroup {
  // The code in all its places together: active if one of them is, since the earliest start, with
  // the summed rates of the active ones. App and region are those of places[0].
  v1::Spike whole;
  // At least one, most urgent first. They point into the incident, which must outlive the group.
  std::vector<const v1::Spike*> places;
};

// The likely first cause first if it is active, then by urgency.
std::vector<CodeGroup> CodeGroupsOf(const v1::Incident& incident);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_CODE_GROUPS_H_
