// The value of the label `code`, for metrics and for people.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_MODEL_CODE_LABEL_H_
#define GMEWATCH_DAEMON_MODEL_CODE_LABEL_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/model/limits.h"
#include "daemon/model/spike.h"

namespace gmewatch {

// The number of a code, or kOtherLabel for the overflow code.
inline std::string CodeLabel(int32_t code, bool other_code) {
  return other_code ? std::string(kOtherLabel) : absl::StrCat(code);
}

// The label of the incident's likely cause, which is one of its members.
inline std::string CauseLabel(const Incident& incident) {
  for (const SpikePlace& member : incident.members) {
    if (member.code == incident.cause_code) return CodeLabel(member.code, member.other_code);
  }
  return CodeLabel(incident.cause_code, false);
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_CODE_LABEL_H_
