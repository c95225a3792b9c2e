// What is wrong with links into the dashboards of dashboards/grafana, as far as their uid and the
// variables that they set go.
//
// Thread safety: a free function without state. Reads the committed dashboards each time.
#ifndef GMEWATCH_TESTS_SUPPORT_DASHBOARD_LINKS_H_
#define GMEWATCH_TESTS_SUPPORT_DASHBOARD_LINKS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gmewatch {

// Of every "/d/UID?..." in `text`, a URL or HTML, up to a quote or space; one fault where there is
// no such link.
std::vector<std::string> FaultsOfDashboardLinks(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_DASHBOARD_LINKS_H_
