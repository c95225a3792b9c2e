#include "daemon/ingest/health_call.h"

namespace gmewatch {

using grpc::health::v1::HealthCheckResponse;

void HealthCall::Arm(const IngestContext& context) {
  new HealthCall(context);  // deletes itself in OnFinish
}

HealthCall::HealthCall(const IngestContext& context) : context_(context) {
  context_.health->RequestCheck(&call_, &request_, &responder_, context_.queue, context_.queue,
                                &on_request_);
}

void HealthCall::OnRequest(bool ok, Scratch* /*scratch*/) {
  if (!ok) {  // the server is shutting down; no client came
    delete this;
    return;
  }
  Arm(context_);
  if (!request_.service().empty() &&
      request_.service() != v1::ErrorReporting::service_full_name()) {
    responder_.FinishWithError({grpc::StatusCode::NOT_FOUND, "there is no such service"},
                               &on_finish_);
    return;
  }
  HealthCheckResponse response;
  const bool serving = context_.serving->load() && context_.committer->Check().ok();
  response.set_status(serving ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING);
  responder_.Finish(response, grpc::Status::OK, &on_finish_);
}

void HealthCall::OnFinish(bool /*ok*/, Scratch* /*scratch*/) { delete this; }

}  // namespace gmewatch
