// gmectl log: makes and checks the topic that fronts and counters share. It reaches the brokers as
// gmewatchd does, by log.kafka of the same settings file.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_GMECTL_SHARED_LOG_H_
#define GMEWATCH_DAEMON_GMECTL_SHARED_LOG_H_

#include <ostream>
#include <string>
#include <vector>

namespace gmewatch {

int RunLog(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_SHARED_LOG_H_
