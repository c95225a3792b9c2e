// What `gmectl top` and `gmectl spikes` have in common: flags, asking the daemon, drawing its
// answer once or again and again.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_GMECTL_VIEW_H_
#define GMEWATCH_DAEMON_GMECTL_VIEW_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "daemon/gmectl/screen.h"

namespace gmewatch {

struct View {
  absl::string_view name;     // of the command
  absl::string_view summary;  // for its help
  absl::string_view statuses;
  absl::string_view path;    // of the admin port
  absl::string_view limits;  // what --limit counts
  double limit;              // its default
  // Reads the daemon's JSON and draws it; the exit status, or why it is no answer.
  absl::StatusOr<int> (*draw)(absl::string_view json, int limit, Screen* screen);
};

// Exit status: what `draw` says of the last answer; kExitUsage; kExitUnreachable.
int RunView(const View& view, const std::vector<std::string>& arguments, std::ostream& out,
            std::ostream& err);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_VIEW_H_
