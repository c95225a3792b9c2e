// One Report over gRPC.
//
// Owns itself: it waits for a call, arms its successor when one comes, and deletes itself when the
// answer is out and no read is pending. Thread safety: events come from the completion queue's
// thread and the committer's, never from both at once; EndWithoutMessage and Cut from any.
#ifndef GMEWATCH_DAEMON_INGEST_UNARY_CALL_H_
#define GMEWATCH_DAEMON_INGEST_UNARY_CALL_H_

#include <atomic>

#include "daemon/ingest/completion_event.h"
#include "daemon/ingest/ingest_context.h"
#include "daemon/ingest/report.h"

namespace gmewatch {

class UnaryCall final : public Report, public FirstMessages::Call {
 public:
  // Makes a call object that waits for one call.
  static void Arm(const IngestContext& context);

  // Sends the answer.
  void Finish();

  void EndWithoutMessage(const grpc::Status& status) override;
  void Cut() override { call_.TryCancel(); }

 private:
  explicit UnaryCall(const IngestContext& context);
  ~UnaryCall() override;

  void OnRequest(bool ok, Scratch* scratch);
  void OnRead(bool ok, Scratch* scratch);
  void OnFinish(bool ok, Scratch* scratch);
  // Sends the answer, or leaves that to the CallSet.
  void Answer() override;
  void Unref();

  const IngestContext context_;
  const CallSet::Membership membership_{context_.calls};
  grpc::ServerContext call_;
  grpc::ByteBuffer request_;
  RawReader reader_{&call_};
  FirstMessages::Wait wait_;
  MemberEvent<UnaryCall> on_request_{this, &UnaryCall::OnRequest};
  MemberEvent<UnaryCall> on_read_{this, &UnaryCall::OnRead};
  MemberEvent<UnaryCall> on_finish_{this, &UnaryCall::OnFinish};
  std::atomic<int> pending_{2};  // the read, and what follows it until the answer is out
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_UNARY_CALL_H_
