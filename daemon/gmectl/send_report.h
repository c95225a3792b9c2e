// Writes the output of `gmectl send`, for people and for scripts.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_GMECTL_SEND_REPORT_H_
#define GMEWATCH_DAEMON_GMECTL_SEND_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "daemon/gmectl/send.h"

namespace gmewatch {

struct SendResult {
  int exit_status = 0;  // command.h
  std::string address;
  std::string app;
  std::string region;
  std::vector<CodeCount> events;
  int attempts = 0;
  absl::Status status;  // OK: counted; else the server's reason, or why there was no answer
};

std::string FormatSendText(const SendResult& result);

// One line of JSON:
// {"result":"counted"|"rejected"|"not_acknowledged","address":..,"app":..,"region":..,"events":21,
//  "codes":[{"code":1005,"count":20}],"attempts":1,"status":"OK","message":""}
std::string FormatSendJson(const SendResult& result);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_SEND_REPORT_H_
