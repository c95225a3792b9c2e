// The client library in one simulated game, whichever it is.
//
// Thread safety: none.
#ifndef GMEWATCH_CLIENT_EXAMPLES_FLEET_CLIENT_H_
#define GMEWATCH_CLIENT_EXAMPLES_FLEET_CLIENT_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "gmewatch/reporter.h"

namespace gmewatch::examples {

class FleetClient {
 public:
  virtual ~FleetClient() = default;

  virtual void Report(int32_t code, uint32_t count) = 0;
  virtual void Detail(int32_t code, const char* operation, int64_t underlying_code) = 0;

  // Sends what is pending and ends; nothing is reported afterwards.
  virtual void Stop(absl::Duration deadline) = 0;

  // What is wrong with the options; empty if nothing is.
  virtual std::string error() const = 0;
  virtual ReporterStats Stats() const = 0;
  virtual bool uses_connect() const = 0;
};

}  // namespace gmewatch::examples

#endif  // GMEWATCH_CLIENT_EXAMPLES_FLEET_CLIENT_H_
