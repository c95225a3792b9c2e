// A code as people and Prometheus see it.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_MODEL_CODE_LABEL_H_
#define GMEWATCH_DAEMON_MODEL_CODE_LABEL_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/model/limits.h"

namespace gmewatch {

// Its number, or kOtherLabel for codes beyond those that are told apart.
inline std::string CodeLabel(int32_t code, bool other_code) {
  return other_code ? std::string(kOtherLabel) : absl::StrCat(code);
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_CODE_LABEL_H_
