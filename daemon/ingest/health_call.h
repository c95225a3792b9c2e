// One grpc.health.v1.Health/Check: answers at once whether the server takes batches. gRPC's own
// health service is not used: ARCHITECTURE.md, "gRPC's completion queue".
//
// Owns itself: it waits for a call, arms its successor when one comes, and deletes itself when the
// answer is out. Thread safety: all events come from the completion queue's thread.
#ifndef GMEWATCH_DAEMON_INGEST_HEALTH_CALL_H_
#define GMEWATCH_DAEMON_INGEST_HEALTH_CALL_H_

#include "daemon/ingest/completion_event.h"
#include "daemon/ingest/ingest_context.h"

namespace gmewatch {

class HealthCall {
 public:
  // Makes a call object that waits for one call.
  static void Arm(const IngestContext& context);

 private:
  explicit HealthCall(const IngestContext& context);

  void OnRequest(bool ok, Scratch* scratch);
  void OnFinish(bool ok, Scratch* scratch);

  const IngestContext context_;
  const CallSet::Membership membership_{context_.calls};
  grpc::ServerContext call_;
  grpc::health::v1::HealthCheckRequest request_;
  grpc::ServerAsyncResponseWriter<grpc::health::v1::HealthCheckResponse> responder_{&call_};
  MemberEvent<HealthCall> on_request_{this, &HealthCall::OnRequest};
  MemberEvent<HealthCall> on_finish_{this, &HealthCall::OnFinish};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_HEALTH_CALL_H_
