// Checks ReporterOptions.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_CLIENT_SRC_OPTIONS_H_
#define GMEWATCH_CLIENT_SRC_OPTIONS_H_

#include <string>

#include "gmewatch/reporter.h"

namespace gmewatch::client {

// The first option that is wrong: its name, its value and what is allowed. Empty if all are right,
// or as right as FitTexts can make them.
// The text never contains a secret (key, private_key).
std::string FindFault(const ReporterOptions& options);

// What is wrong with a key, without the key; empty if it is right.
std::string KeyFault(const std::string& key);

// Makes app_version, sdk_version and platform fit the wire: blanks and line ends around them are
// left out, what is not printable UTF-8 becomes '?', and they are cut at 64 bytes. They come from
// the player's device, and a count without the right label is better than none. Returns what was
// wrong and what is sent instead; empty if nothing was changed.
std::string FitTexts(ReporterOptions* options);

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_OPTIONS_H_
