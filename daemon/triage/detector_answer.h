// What the detector knows of a code, as the JSON of the admin port has it.
//
// Thread safety: a pure function.
#ifndef GMEWATCH_DAEMON_TRIAGE_DETECTOR_ANSWER_H_
#define GMEWATCH_DAEMON_TRIAGE_DETECTOR_ANSWER_H_

#include "absl/strings/string_view.h"
#include "daemon/model/explained_code.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

v1::DetectorResponse DetectorAnswer(absl::string_view code, const ExplainedCode& explained);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_DETECTOR_ANSWER_H_
