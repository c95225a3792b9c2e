// What an aggregate has counted, for people.
//
// Thread safety: that of reading an Aggregate.
#ifndef GMEWATCH_DAEMON_AGGREGATE_AGGREGATE_TEXT_H_
#define GMEWATCH_DAEMON_AGGREGATE_AGGREGATE_TEXT_H_

#include <string>

#include "daemon/aggregate/aggregate.h"

namespace gmewatch {

// "3 batches counted, 2 sessions, 1 (app, region) pairs".
std::string SummaryOf(const Aggregate& aggregate);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_AGGREGATE_TEXT_H_
