// The flags of gmewatchd, and what the process around a role does for it. Plain data.
#ifndef GMEWATCH_DAEMON_DAEMON_OPTIONS_H_
#define GMEWATCH_DAEMON_DAEMON_OPTIONS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/log/event_log.h"

namespace gmewatch {

struct DaemonOptions {
  std::string config_file;                    // empty: all defaults
  std::string catalog_file;                   // empty: the embedded one
  std::vector<std::string> catalog_overlays;  // as Catalog::AddOverlay takes them
  bool open = false;                          // a settings file need not list apps
  std::string ingest_address = "127.0.0.1:4747";
  std::string admin_address = "127.0.0.1:9747";
  std::string connect_address;   // empty: no such port
  std::string admin_token_file;  // empty: readers of the admin port need no token
  std::string state_dir;         // empty: in memory
  // Called on any thread when the process should stop, because the event log has failed permanently
  // or the ingest port does not answer.
  std::function<void()> on_fatal = [] {};
  // Called on any thread whenever the ingest port, or in a counter what follows the log, has shown
  // that it lives.
  std::function<void()> on_alive = [] {};
  // For tests: wraps the event log, to fail on purpose. Absent: the daemon uses the log as it is.
  std::function<std::unique_ptr<EventLog>(std::unique_ptr<EventLog>)> wrap_log;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DAEMON_OPTIONS_H_
