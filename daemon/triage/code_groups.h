// An incident by its codes: people ask which codes rise, then where each of them does.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_CODE_GROUPS_H_
#define GMEWATCH_DAEMON_TRIAGE_CODE_GROUPS_H_

#include <vector>

#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

struct CodeGroup {
  // The code in all its places together: active while it is in one of them, since the first of
  // them, with the rates of those that are active. App and region are those of places[0].
  v1::Spike whole;
  // At least one, most urgent first; of the incident, which must outlive it.
  std::vector<const v1::Spike*> places;
};

// The likely cause first while it is active, then by urgency.
std::vector<CodeGroup> CodeGroupsOf(const v1::Incident& incident);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_CODE_GROUPS_H_
