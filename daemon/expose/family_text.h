// The lines that begin a family of metrics in the exposition format.
//
// Thread safety: pure functions.
#ifndef GMEWATCH_DAEMON_EXPOSE_FAMILY_TEXT_H_
#define GMEWATCH_DAEMON_EXPOSE_FAMILY_TEXT_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/expose/metric_names.h"

namespace gmewatch {

inline std::string FamilyHead(const MetricInfo& metric) {
  return absl::StrCat("# HELP ", metric.name, " ", metric.help, "\n# TYPE ", metric.name, " ",
                      MetricKindText(metric.kind), "\n");
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_FAMILY_TEXT_H_
