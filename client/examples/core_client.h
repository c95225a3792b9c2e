// A simulated game with the core in C, over HTTP or HTTPS by libcurl, without a spool.
#ifndef GMEWATCH_CLIENT_EXAMPLES_CORE_CLIENT_H_
#define GMEWATCH_CLIENT_EXAMPLES_CORE_CLIENT_H_

#include <cstdint>
#include <string>

#include "client/c/gmewatch.h"
#include "client/examples/fleet_client.h"
#include "gmewatch/reporter.h"

namespace gmewatch::examples {

class CoreClient final : public FleetClient {
 public:
  // `url` is that of gmewatchd's Connect address or the proxy before it, `ca_file` the authorities
  // that it trusts (empty: those of the system). The rest is as in `options`.
  CoreClient(const std::string& url, const std::string& ca_file, const ReporterOptions& options);
  CoreClient(const CoreClient&) = delete;
  CoreClient& operator=(const CoreClient&) = delete;
  ~CoreClient() override;

  void Report(int32_t code, uint32_t count) override;
  void Detail(int32_t code, const char* operation, int64_t underlying_code) override;
  void Stop(absl::Duration deadline) override;
  std::string error() const override;
  ReporterStats Stats() const override;
  bool uses_connect() const override { return true; }

 private:
  gmewatch_stats CoreStats() const;

  gmewatch_client* watch_;    // null after Stop, or if there was no thread for it
  gmewatch_stats last_ = {};  // after Stop
};

}  // namespace gmewatch::examples

#endif  // GMEWATCH_CLIENT_EXAMPLES_CORE_CLIENT_H_
