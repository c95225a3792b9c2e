#include "daemon/ingest/unary_call.h"

#include <string>
#include <vector>

#include "daemon/ingest/byte_buffer.h"
#include "daemon/ingest/call_metadata.h"

namespace gmewatch {

void UnaryCall::Arm(const IngestContext& context) {
  new UnaryCall(context);  // deletes itself in Unref
}

UnaryCall::UnaryCall(const IngestContext& context)
    : Report({context.admission, context.lanes}), context_(context) {
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
    ReadMessage(*context_.admission, &request_, scratch);
    const std::string peer = call_.peer();
    std::vector<std::string> names;
    if (context_.admission->AsksForCertificates()) names = CertificateNamesOf(call_);
    Caller caller = CallerOf(call_.client_metadata(), peer);
    caller.certificate_names = names;
    Take(caller, scratch);
  } else {
    EndWithoutMessage({grpc::StatusCode::INVALID_ARGUMENT, "the call has no message"});
  }
  Unref();
}

void UnaryCall::EndWithoutMessage(const grpc::Status& status) {
  reader_.FinishWithError(status, &on_finish_);
}

void UnaryCall::Answer() {
  if (status().ok() || !context_.calls->Hold(this)) Finish();
}

void UnaryCall::Finish() {
  if (status().ok()) {
    reader_.Finish(ToBuffer(response()), grpc::Status::OK, &on_finish_);
  } else {
    reader_.FinishWithError(status(), &on_finish_);
  }
}

void UnaryCall::OnFinish(bool /*ok*/, Scratch* /*scratch*/) { Unref(); }

}  // namespace gmewatch
