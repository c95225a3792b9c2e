// The ports for clients of the roles that take batches: gRPC and, if it has an address, Connect.
//
// Thread safety: one thread calls Start, Update and Shutdown, and the addresses after Start; the
// rest any thread.
#ifndef GMEWATCH_DAEMON_ENTRANCE_H_
#define GMEWATCH_DAEMON_ENTRANCE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "daemon/aggregate/known_sessions.h"
#include "daemon/base/clock.h"
#include "daemon/connect/connect_server.h"
#include "daemon/daemon_options.h"
#include "daemon/ingest/ingest_server.h"
#include "daemon/ingest/lanes.h"
#include "daemon/model/daemon_stats.h"
#include "daemon/model/ingest_stats.h"

namespace gmewatch {

class Entrance {
 public:
  Entrance() = default;
  Entrance(const Entrance&) = delete;
  Entrance& operator=(const Entrance&) = delete;

  // Opens the ports and serves. `sessions` and `clock` must outlive it. Errors: those of
  // IngestServer and ConnectServer; then no port is open.
  absl::Status Start(const DaemonOptions& options, const Settings& settings, Clock& clock,
                     Lanes lanes, const KnownSessions* sessions, IngestServer::DeadFn on_dead);
  // REQUIRES of this and the next four: Start succeeded.
  void Update(const Settings& settings);
  std::string ingest_address() const { return ingest_->address(); }
  // Empty without such a port.
  std::string connect_address() const { return connect_ == nullptr ? "" : connect_->address(); }
  // Ok, or why new clients are not taken.
  absl::Status CheckNewClients() const;

  // Takes no more clients. Calls that are open end, those that do not after five seconds. Does
  // nothing before Start.
  void Shutdown();
  // Adds what it counts, and whether most new sessions come from a few addresses. Nothing before
  // Start.
  void AddTo(IngestStats* ingest, DaemonStats* daemon) const;

 private:
  mutable absl::Mutex mutex_;  // while they are made
  std::unique_ptr<IngestServer> ingest_;
  std::unique_ptr<ConnectServer> connect_;  // null without an address
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_ENTRANCE_H_
