// The sections of a code's page about its past: who reports it, its history, what clients send in
// their details.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_CODE_PAST_H_
#define GMEWATCH_DAEMON_TRIAGE_CODE_PAST_H_

#include <string>

#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

// Shares by app, region, version and platform; empty if nothing is known.
std::string HtmlWho(const v1::CodeResponse& code);
// Pictures of the last hour and day; empty if the code did not occur in the last day.
std::string HtmlHistory(const v1::CodeResponse& code);
// Underlying codes and operations; empty if clients sent no details.
std::string HtmlDetails(const v1::CodeResponse& code);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_CODE_PAST_H_
