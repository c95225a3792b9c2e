// A simulated game with gmewatch::Reporter, over gRPC.
#ifndef GMEWATCH_CLIENT_EXAMPLES_GRPC_CLIENT_H_
#define GMEWATCH_CLIENT_EXAMPLES_GRPC_CLIENT_H_

#include <cstdint>
#include <string>

#include "client/examples/fleet_client.h"
#include "gmewatch/reporter.h"

namespace gmewatch::examples {

class GrpcClient final : public FleetClient {
 public:
  explicit GrpcClient(ReporterOptions options);

  void Report(int32_t code, uint32_t count) override;
  void Detail(int32_t code, const char* operation, int64_t underlying_code) override;
  void Stop(absl::Duration deadline) override;
  std::string error() const override { return reporter_.error(); }
  ReporterStats Stats() const override { return reporter_.Stats(); }
  bool uses_connect() const override { return false; }

 private:
  Reporter reporter_;
};

}  // namespace gmewatch::examples

#endif  // GMEWATCH_CLIENT_EXAMPLES_GRPC_CLIENT_H_
