#include "client/examples/grpc_client.h"

#include <utility>

namespace gmewatch::examples {

GrpcClient::GrpcClient(ReporterOptions options) : reporter_(std::move(options)) {}

void GrpcClient::Report(int32_t code, uint32_t count) { reporter_.Report(code, count); }

void GrpcClient::Detail(int32_t code, const char* operation, int64_t underlying_code) {
  reporter_.Detail(code, operation, underlying_code);
}

void GrpcClient::Stop(absl::Duration deadline) {
  reporter_.Stop(absl::ToChronoMilliseconds(deadline));
}

}  // namespace gmewatch::examples
