// One grpc.health.v1.Health/Check: answers at once whether batches are taken. gRPC's own health
// service would do it with threads of its own, which then also wait for the network, take events
// from the completion queues' threads and hand them over: a fifth more CPU for every Report.
//
// Owns itself: it waits for a call, makes its successor when one comes, and is gone when the answer
// is out. Thread safety: all events come from the completion queue's thread.
#ifndef GMEWATCH_DAEMON_INGEST_HEALTH_CALL_H_
#define GMEWATCH_DAEMON_INGEST_HEALTH_CALL_H_

#include "daemon/ingest/call.h"

namespace gmewatch {

class HealthCall {
 public:
  // Waits for one call.
  static void Arm(const IngestContext& context);

 private:
  explicit HealthCall(const IngestContext& context);
  ~HealthCall();

  void OnRequest(bool ok, Scratch* scratch);
  void OnFinish(bool ok, Scratch* scratch);

  const IngestContext context_;
  grpc::ServerContext call_;
  grpc::health::v1::HealthCheckRequest request_;
  grpc::ServerAsyncResponseWriter<grpc::health::v1::HealthCheckResponse> responder_;
  MemberEvent<HealthCall> on_request_;
  MemberEvent<HealthCall> on_finish_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_HEALTH_CALL_H_
