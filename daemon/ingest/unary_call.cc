#include "daemon/ingest/unary_call.h"

#include <utility>

#include "daemon/ingest/call_set.h"
#include "daemon/ingest/rpc_error.h"

namespace gmewatch {

void UnaryCall::Arm(const IngestContext& context) {
  new UnaryCall(context);  // deletes itself in OnFinish
}

UnaryCall::UnaryCall(const IngestContext& context)
    : context_(context),
      responder_(&call_),
      on_request_(this, &UnaryCall::OnRequest),
      on_finish_(this, &UnaryCall::OnFinish) {
  context_.calls->Enter();
  context_.service->RequestReport(&call_, &request_, &responder_, context_.queue, context_.queue,
                                  &on_request_);
}

UnaryCall::~UnaryCall() { context_.calls->Leave(); }

void UnaryCall::OnRequest(bool ok, Scratch* scratch) {
  if (!ok) {  // the server is going down; no call came
    delete this;
    return;
  }
  Arm(context_);
  ReadRequest(context_, &request_, scratch);
  CheckedRequest& request = scratch->request;
  std::optional<Refusal> refusal = CheckSession(context_, request, call_);
  if (!refusal.has_value() && request.batch_violation.has_value()) {
    refusal = Refusal{InvalidStatus(*request.batch_violation), RejectReason::kInvalid};
  }
  if (refusal.has_value()) {
    Refuse(*std::move(refusal), request);
    return;
  }
  request.batch.session = request.session->id;
  const HashedOrigin origin(std::move(request.session->origin));
  const absl::Status appended = context_.committer->Append(request.batch, origin, this);
  if (!appended.ok()) FinishWith(RetryStatus(appended));
}

void UnaryCall::Refuse(Refusal refusal, const CheckedRequest& request) {
  status_ = std::move(refusal.status);
  const absl::Status appended = context_.committer->AppendRejected(refusal.reason, request.events,
                                                                   request.batch.sequence, this);
  if (!appended.ok()) FinishWith(RetryStatus(appended));
}

void UnaryCall::OnSettled(uint64_t sequence, Verdict /*verdict*/) { settled_sequence_ = sequence; }

void UnaryCall::OnFailed(uint64_t /*sequence*/, const absl::Status& status) {
  status_ = RetryStatus(status);
}

void UnaryCall::OnBatchesSettled() { FinishWith(status_); }

void UnaryCall::FinishWith(const grpc::Status& status) {
  if (!status.ok()) {
    responder_.FinishWithError(status, &on_finish_);
    return;
  }
  v1::ReportResponse response;
  response.set_acknowledged_sequence(settled_sequence_);
  const absl::Duration min_interval = MinInterval(*context_.committer);
  if (min_interval > absl::ZeroDuration()) {
    response.mutable_min_interval()->set_seconds(absl::ToInt64Seconds(min_interval));
  }
  responder_.Finish(ToBuffer(response), grpc::Status::OK, &on_finish_);
}

void UnaryCall::OnFinish(bool /*ok*/, Scratch* /*scratch*/) { delete this; }

}  // namespace gmewatch
