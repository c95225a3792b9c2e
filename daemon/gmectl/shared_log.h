// gmectl log: makes and checks the topic that fronts and counters share. It reaches the brokers as
// gmewatchd does, by log.kafka of the same settings file.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_GMECTL_SHARED_LOG_H_
#define GMEWATCH_DAEMON_GMECTL_SHARED_LOG_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace gmewatch {

// The topic that counters read.
struct SharedTopic {
  std::string name;
  int partitions = 0;
};

// The topic of a settings file, which is as `gmectl log create` makes it. InvalidArgument, the
// settings; Unavailable, no broker answers; FailedPrecondition, the topic is not as it must be.
absl::StatusOr<SharedTopic> CheckSharedTopic(const std::string& config);

int RunLog(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_SHARED_LOG_H_
