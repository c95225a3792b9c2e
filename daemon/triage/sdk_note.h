// What a code means in another version of the SDK, for people, with how many of its events come
// from clients of that version.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_SDK_NOTE_H_
#define GMEWATCH_DAEMON_TRIAGE_SDK_NOTE_H_

#include <string>

#include "daemon/catalog/catalog.h"
#include "daemon/triage/memory.h"

namespace gmewatch {

// The code's sdk_note. If clients of another generation, or of 2.9, report it, also without an
// overlay in use: the fix of one version is wrong advice in the other.
std::string SdkNoteOf(const CatalogCode& code, const CodePast& past);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_SDK_NOTE_H_
