// What ReporterOptions may hold.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_CLIENT_SRC_OPTIONS_H_
#define GMEWATCH_CLIENT_SRC_OPTIONS_H_

#include <string>

#include "gmewatch/reporter.h"

namespace gmewatch::client {

// The first fault: which field, what it was, what is allowed. Empty where there is none. Secrets
// (key, private_key) are not repeated.
std::string FindFault(const ReporterOptions& options);

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_OPTIONS_H_
