// One Report over gRPC.
//
// Owns itself: it waits for a call, arms its successor when one comes, and deletes itself when the
// answer is out. Thread safety: events come from the completion queue's thread and the committer's,
// never from both at once.
#ifndef GMEWATCH_DAEMON_INGEST_UNARY_CALL_H_
#define GMEWATCH_DAEMON_INGEST_UNARY_CALL_H_

#include "daemon/ingest/completion_event.h"
#include "daemon/ingest/ingest_context.h"
#include "daemon/ingest/report.h"

namespace gmewatch {

class UnaryCall final : public Report {
 public:
  // Makes a call object that waits for one call.
  static void Arm(const IngestContext& context);

  // Sends the answer.
  void Finish();

 private:
  explicit UnaryCall(const IngestContext& context);

  void OnRequest(bool ok, Scratch* scratch);
  void OnFinish(bool ok, Scratch* scratch);
  // Sends the answer, or leaves that to the CallSet.
  void Answer() override;

  const IngestContext context_;
  const CallSet::Membership membership_{context_.calls};
  grpc::ServerContext call_;
  grpc::ByteBuffer request_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> responder_{&call_};
  MemberEvent<UnaryCall> on_request_{this, &UnaryCall::OnRequest};
  MemberEvent<UnaryCall> on_finish_{this, &UnaryCall::OnFinish};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_UNARY_CALL_H_
