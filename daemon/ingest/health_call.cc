#include "daemon/ingest/health_call.h"

namespace gmewatch {

using grpc::health::v1::HealthCheckResponse;

void HealthCall::Arm(const IngestContext& context) {
  new HealthCall(context);  // deletes itself in Unref
}

HealthCall::HealthCall(const IngestContext& context) : context_(context) {
  context_.health->RequestCheck(&call_, &reader_, context_.queue, &on_request_);
}

HealthCall::~HealthCall() { context_.first_messages->Forget(&wait_); }

void HealthCall::Unref() {
  if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void HealthCall::OnRequest(bool ok, Scratch* /*scratch*/) {
  if (!ok) {  // the server is shutting down; no client came
    delete this;
    return;
  }
  Arm(context_);
  context_.first_messages->Begin(this, &wait_);
  reader_.Read(&request_, &on_read_);
}

void HealthCall::OnRead(bool ok, Scratch* /*scratch*/) {
  if (!context_.first_messages->Came(&wait_)) {
    // It ends already.
  } else if (ok) {
    Answer();
  } else {
    reader_.FinishWithError({grpc::StatusCode::INVALID_ARGUMENT, "the call has no valid message"},
                            &on_finish_);
  }
  Unref();
}

void HealthCall::EndWithoutMessage(const grpc::Status& status) {
  reader_.FinishWithError(status, &on_finish_);
}

void HealthCall::Answer() {
  if (!request_.service().empty() &&
      request_.service() != v1::ErrorReporting::service_full_name()) {
    reader_.FinishWithError({grpc::StatusCode::NOT_FOUND, "there is no such service"}, &on_finish_);
    return;
  }
  HealthCheckResponse response;
  const bool serving = context_.serving->load() && context_.lanes->Check().ok();
  response.set_status(serving ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING);
  reader_.Finish(response, grpc::Status::OK, &on_finish_);
}

void HealthCall::OnFinish(bool /*ok*/, Scratch* /*scratch*/) { Unref(); }

}  // namespace gmewatch
