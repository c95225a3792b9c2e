// Checks ReporterOptions.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_CLIENT_SRC_OPTIONS_H_
#define GMEWATCH_CLIENT_SRC_OPTIONS_H_

#include <string>

#include "gmewatch/reporter.h"

namespace gmewatch::client {

// The first option that is wrong: its name, its value and what is allowed. Empty if all are right.
// The text never contains a secret (key, private_key).
std::string FindFault(const ReporterOptions& options);

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_OPTIONS_H_
