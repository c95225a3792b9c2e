// Checks links to the dashboards in dashboards/grafana: their uid and the variables that they set.
//
// Thread safety: a free function without state. Reads the committed dashboards at each call.
#ifndef GMEWATCH_TESTS_SUPPORT_DASHBOARD_LINKS_H_
#define GMEWATCH_TESTS_SUPPORT_DASHBOARD_LINKS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gmewatch {

// The faults of every link "/d/UID?..." in `text`, which is a URL or HTML; a link ends at a quote
// or a space. One fault if there is no link.
std::vector<std::string> FaultsOfDashboardLinks(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_DASHBOARD_LINKS_H_
