// What a process runs: the parts of its role, started and ready.
//
// Thread safety: one thread calls it.
#ifndef GMEWATCH_DAEMON_SERVICE_H_
#define GMEWATCH_DAEMON_SERVICE_H_

#include <string>

#include "absl/status/status.h"

namespace gmewatch {

class Service {
 public:
  Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service() = default;

  // HOST:PORT; empty without such a port.
  virtual std::string ingest_address() const = 0;
  virtual std::string admin_address() const = 0;
  virtual std::string connect_address() const = 0;

  // Reads the files again. If they are wrong, logs why and keeps the settings and the catalogue.
  virtual void Reload() = 0;

  // Ends its work in order. Returns the error because of which on_fatal was called, if it was.
  // Idempotent.
  virtual absl::Status Stop() = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_SERVICE_H_
