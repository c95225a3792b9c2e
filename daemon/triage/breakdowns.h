// Who reports a code, for people: shares now and before, the largest shift first.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_BREAKDOWNS_H_
#define GMEWATCH_DAEMON_TRIAGE_BREAKDOWNS_H_

#include <vector>

#include "daemon/triage/memory.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// By app, region, app_version, sdk_version, platform, in this order; without those of which
// nothing is known.
google::protobuf::RepeatedPtrField<v1::Breakdown> BreakdownsOf(const CodePast& past);

// Counts of the last day, the most frequent first.
google::protobuf::RepeatedPtrField<v1::Counted> CountedOf(const std::vector<Share>& shares);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_BREAKDOWNS_H_
