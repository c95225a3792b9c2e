// One Report: reads the batch, gives it to the committer, and answers when it is settled.
//
// Owns itself: it waits for a call, arms its successor when one comes, and deletes itself when the
// answer is out and no read is pending. Thread safety: events come from the completion queue's
// thread and the committer's, never from both at once; EndWithoutMessage and Cut from any.
#ifndef GMEWATCH_DAEMON_INGEST_UNARY_CALL_H_
#define GMEWATCH_DAEMON_INGEST_UNARY_CALL_H_

#include <atomic>

#include "daemon/ingest/completion_event.h"
#include "daemon/ingest/ingest_context.h"

namespace gmewatch {

class UnaryCall final : public BatchWaiter, public FirstMessages::Call {
 public:
  // Makes a call object that waits for one call.
  static void Arm(const IngestContext& context);

  void OnSettled(uint64_t sequence, Verdict verdict) override;
  void OnFailed(uint64_t sequence, const absl::Status& status) override;
  // Answers, or leaves that to the CallSet.
  void OnBatchesSettled(size_t bytes) override;
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
  void Take(CheckedRequest* request);
  // Counts the rejection, and answers with it when it is durable.
  void Reject(Rejection rejection, const CheckedRequest& request);
  void Unref();
  // Answers with the committer's error if the committer will not call back.
  void FinishIfUnavailable(const absl::Status& appended);

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
  uint64_t settled_sequence_ = 0;
  grpc::Status status_;  // what the call ends with
  bool slow_down_ = false;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_UNARY_CALL_H_
