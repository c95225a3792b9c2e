#include "daemon/ingest/unary_call.h"

#include "daemon/ingest/byte_buffer.h"
#include "daemon/ingest/call_metadata.h"

namespace gmewatch {

void UnaryCall::Arm(const IngestContext& context) {
  new UnaryCall(context);  // deletes itself in OnFinish
}

UnaryCall::UnaryCall(const IngestContext& context)
    : Report({context.admission, context.back_pressure, context.committer}), context_(context) {
  context_.service->RequestReport(&call_, &request_, &responder_, context_.queue, context_.queue,
                                  &on_request_);
}

void UnaryCall::OnRequest(bool ok, Scratch* scratch) {
  if (!ok) {  // the server is shutting down; no client came
    delete this;
    return;
  }
  Arm(context_);
  ReadMessage(*context_.admission, &request_, scratch);
  const std::string peer = call_.peer();
  Take(CallerOf(call_.client_metadata(), peer), scratch);
}

void UnaryCall::Answer() {
  if (status().ok() || !context_.calls->Hold(this)) Finish();
}

void UnaryCall::Finish() {
  if (status().ok()) {
    responder_.Finish(ToBuffer(response()), grpc::Status::OK, &on_finish_);
  } else {
    responder_.FinishWithError(status(), &on_finish_);
  }
}

void UnaryCall::OnFinish(bool /*ok*/, Scratch* /*scratch*/) { delete this; }

}  // namespace gmewatch
