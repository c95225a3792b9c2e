// Starts gRPC and keeps it running for as long as it lives.
//
// gRPC ends the process by SIGABRT if it cannot get a descriptor while it starts, and its timeouts
// never pass if it gets no thread. So Start first asks the system for as much as gRPC needs. It
// keeps gRPC, because gRPC would stop with its last channel and start again with the next one: in
// the middle of a game that has no descriptor left by then.
//
// Thread safety: none. Limits: another thread of the game may take the descriptors between the
// check and gRPC's start; the check asks for more than gRPC needs.
#ifndef GMEWATCH_CLIENT_SRC_GRPC_HOLD_H_
#define GMEWATCH_CLIENT_SRC_GRPC_HOLD_H_

#include <memory>

#include "absl/status/status.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace gmewatch::client {

class GrpcHold {
 public:
  GrpcHold() = default;
  GrpcHold(const GrpcHold&) = delete;
  GrpcHold& operator=(const GrpcHold&) = delete;
  ~GrpcHold();

  // UNAVAILABLE if the system gives too few descriptors or threads: what is missing and what to
  // do. OK, at once, if gRPC was started by an earlier call.
  absl::Status Start();

 private:
  bool started_ = false;
  // Never connects; gRPC's event engine stops with its last channel too.
  std::shared_ptr<grpc::Channel> keeper_;
};

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_GRPC_HOLD_H_
