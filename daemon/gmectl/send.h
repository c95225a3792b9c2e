// `gmectl send`: reports events from the shell and prints whether they were counted.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_GMECTL_SEND_H_
#define GMEWATCH_DAEMON_GMECTL_SEND_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

struct CodeCount {
  int32_t code = 0;
  uint32_t count = 1;
};

// CODE or CODE:COUNT; CODE is an int32, COUNT from 1 to 1,000,000. INVALID_ARGUMENT: what the
// text was and what is allowed.
absl::StatusOr<CodeCount> ParseCodeCount(absl::string_view text);

// Exit status: kExitGood, all events were counted; kExitBad, rejected; kExitUsage;
// kExitUnreachable, not acknowledged in time.
int RunSend(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_SEND_H_
