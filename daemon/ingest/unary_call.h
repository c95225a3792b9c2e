// One Report: reads the request, gives it to the committer, answers when it is settled. Owns
// itself: it waits for a call, makes its successor when one comes, and is gone when the answer is
// out.
//
// Thread safety: events come from the completion queue's thread and the committer's, never both at
// once.
#ifndef GMEWATCH_DAEMON_INGEST_UNARY_CALL_H_
#define GMEWATCH_DAEMON_INGEST_UNARY_CALL_H_

#include <optional>

#include "daemon/ingest/call.h"

namespace gmewatch {

class UnaryCall final : public BatchWaiter {
 public:
  // Waits for one call.
  static void Arm(const IngestContext& context);

  void OnSettled(uint64_t sequence, Verdict verdict) override;
  void OnFailed(uint64_t sequence, const absl::Status& status) override;
  void OnBatchesSettled() override;

 private:
  explicit UnaryCall(const IngestContext& context);
  ~UnaryCall() override;

  void OnRequest(bool ok, Scratch* scratch);
  void OnFinish(bool ok, Scratch* scratch);
  // Counts the refusal and answers with it when that is durable.
  void Refuse(Refusal refusal, const CheckedRequest& request);
  void FinishWith(const grpc::Status& status);

  const IngestContext context_;
  grpc::ServerContext call_;
  grpc::ByteBuffer request_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> responder_;
  MemberEvent<UnaryCall> on_request_;
  MemberEvent<UnaryCall> on_finish_;
  uint64_t settled_sequence_ = 0;
  grpc::Status status_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_UNARY_CALL_H_
