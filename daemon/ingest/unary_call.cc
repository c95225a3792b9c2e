#include "daemon/ingest/unary_call.h"

#include <optional>
#include <utility>

#include "daemon/ingest/byte_buffer.h"
#include "daemon/ingest/rpc_error.h"

namespace gmewatch {

void UnaryCall::Arm(const IngestContext& context) {
  new UnaryCall(context);  // deletes itself in Unref
}

UnaryCall::UnaryCall(const IngestContext& context) : context_(context) {
  context_.service->RequestReport(&call_, &reader_, context_.queue, &on_request_);
}

UnaryCall::~UnaryCall() { context_.first_messages->Forget(&wait_); }

void UnaryCall::Unref() {
  if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void UnaryCall::OnRequest(bool ok, Scratch* /*scratch*/) {
  if (!ok) {  // the server is shutting down; no client came
    delete this;
    return;
  }
  Arm(context_);
  context_.first_messages->Begin(this, &wait_);
  reader_.Read(&request_, &on_read_);
}

void UnaryCall::OnRead(bool ok, Scratch* scratch) {
  if (!context_.first_messages->Came(&wait_)) {
    // It ends already; the client sends its batch again.
  } else if (ok) {
    context_.admission->Read(&request_, scratch);
    Take(&scratch->request);
  } else {
    status_ = {grpc::StatusCode::INVALID_ARGUMENT, "the call has no message"};
    Finish();
  }
  Unref();
}

void UnaryCall::EndWithoutMessage(const grpc::Status& status) {
  status_ = status;
  Finish();
}

void UnaryCall::Take(CheckedRequest* checked) {
  CheckedRequest& request = *checked;
  Admitted admitted;
  std::optional<Rejection> rejection =
      context_.admission->CheckSession(request, call_.client_metadata(), call_.peer(), &admitted);
  if (!rejection.has_value()) {
    rejection = context_.admission->CheckQuotas(request, /*ahead=*/false, &admitted);
  }
  if (!rejection.has_value()) rejection = Admission::CheckBatch(request);
  if (rejection.has_value()) {
    Reject(*std::move(rejection), request);
    return;
  }
  request.batch.session = request.session->id;
  const HashedOrigin origin(std::move(request.session->origin));
  const absl::Status status = context_.committer->Append(request.batch, origin, this);
  if (!status.ok()) context_.admission->Return(&admitted);
  FinishIfUnavailable(status);
}

void UnaryCall::Reject(Rejection rejection, const CheckedRequest& request) {
  status_ = std::move(rejection.status);
  if (rejection.stranger) {
    context_.committer->CountStranger(rejection.reason);
    if (!context_.calls->Hold(this)) Finish();
    return;
  }
  FinishIfUnavailable(context_.committer->AppendRejected(rejection.reason, request.events,
                                                         request.batch.sequence, this));
}

void UnaryCall::FinishIfUnavailable(const absl::Status& appended) {
  // Otherwise the committer calls back, and may have destroyed this call already.
  if (!absl::IsUnavailable(appended)) return;
  status_ = RetryStatus(appended);
  OnBatchesSettled(0);
}

void UnaryCall::OnSettled(uint64_t sequence, Verdict verdict) {
  settled_sequence_ = sequence;
  if (IsRejectedLate(verdict)) status_ = VerdictStatus(verdict);
}

void UnaryCall::OnFailed(uint64_t /*sequence*/, const absl::Status& status) {
  status_ = RetryStatus(status);
}

void UnaryCall::OnBatchesSettled(size_t bytes) {
  slow_down_ = context_.back_pressure->ReportCausesLoad(bytes);
  if (status_.ok() || !context_.calls->Hold(this)) Finish();
}

void UnaryCall::Finish() {
  if (!status_.ok()) {
    reader_.FinishWithError(status_, &on_finish_);
    return;
  }
  v1::ReportResponse response;
  response.set_acknowledged_sequence(settled_sequence_);
  if (slow_down_) BackPressure::SlowDown(&response);
  reader_.Finish(ToBuffer(response), grpc::Status::OK, &on_finish_);
}

void UnaryCall::OnFinish(bool /*ok*/, Scratch* /*scratch*/) { Unref(); }

}  // namespace gmewatch
