// One grpc.health.v1.Health/Check: answers at once whether the server takes batches. gRPC's own
// health service is not used: ARCHITECTURE.md, "gRPC's completion queue".
//
// Owns itself: it waits for a call, arms its successor when one comes, and deletes itself when the
// answer is out and no read is pending. Thread safety: all events come from the completion queue's
// thread; EndWithoutMessage and Cut from any.
#ifndef GMEWATCH_DAEMON_INGEST_HEALTH_CALL_H_
#define GMEWATCH_DAEMON_INGEST_HEALTH_CALL_H_

#include <atomic>

#include "daemon/ingest/completion_event.h"
#include "daemon/ingest/ingest_context.h"

namespace gmewatch {

class HealthCall final : public FirstMessages::Call {
 public:
  // Makes a call object that waits for one call.
  static void Arm(const IngestContext& context);

  void EndWithoutMessage(const grpc::Status& status) override;
  void Cut() override { call_.TryCancel(); }

 private:
  explicit HealthCall(const IngestContext& context);
  ~HealthCall();

  void OnRequest(bool ok, Scratch* scratch);
  void OnRead(bool ok, Scratch* scratch);
  void OnFinish(bool ok, Scratch* scratch);
  void Answer();
  void Unref();

  const IngestContext context_;
  const CallSet::Membership membership_{context_.calls};
  grpc::ServerContext call_;
  grpc::health::v1::HealthCheckRequest request_;
  HealthReader reader_{&call_};
  FirstMessages::Wait wait_;
  std::atomic<int> pending_{2};  // the read and the answer
  MemberEvent<HealthCall> on_request_{this, &HealthCall::OnRequest};
  MemberEvent<HealthCall> on_read_{this, &HealthCall::OnRead};
  MemberEvent<HealthCall> on_finish_{this, &HealthCall::OnFinish};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_HEALTH_CALL_H_
