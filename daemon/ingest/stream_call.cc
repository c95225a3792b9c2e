#include "daemon/ingest/stream_call.h"

#include <algorithm>
#include <utility>

#include "daemon/ingest/rpc_error.h"

namespace gmewatch {
namespace {

// Batches of one stream that may be unsettled at a time; then it is not read until some are, and
// HTTP/2 holds its sender.
constexpr uint32_t kUnsettledMax = 4096;
// Refusals carry text, so fewer of them.
constexpr size_t kRefusalsMax = 64;

// A client finds another daemon, or this one again, at its own pace: its back-off has jitter.
constexpr absl::Duration kStoppingRetry = absl::Seconds(1);

}  // namespace

void StreamCall::Arm(const IngestContext& context) {
  new StreamCall(context);  // deletes itself in Unref
}

StreamCall::StreamCall(const IngestContext& context)
    : context_(context),
      stream_(&call_),
      on_request_(this, &StreamCall::OnRequest),
      on_read_(this, &StreamCall::OnRead),
      on_write_(this, &StreamCall::OnWrite),
      on_finish_(this, &StreamCall::OnFinish) {
  context_.calls->Enter();
  context_.service->RequestReportStream(&call_, &stream_, context_.queue, context_.queue,
                                        &on_request_);
}

StreamCall::~StreamCall() {
  if (in_set_) context_.calls->RemoveStream(this);
  context_.calls->Leave();
}

void StreamCall::Unref() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void StreamCall::OnRequest(bool ok, Scratch* /*scratch*/) {
  if (ok) {
    Arm(context_);
    in_set_ = context_.calls->AddStream(this);
    absl::MutexLock lock(&mutex_);
    if (!in_set_) {
      End(RetryStatus(grpc::StatusCode::UNAVAILABLE, "the daemon is stopping", kStoppingRetry));
    }
    Advance();
  }
  Unref();
}

void StreamCall::OnRead(bool ok, Scratch* scratch) {
  if (ok) ReadRequest(context_, &message_, scratch);
  {
    absl::MutexLock lock(&mutex_);
    reading_ = false;
    if (!ok) read_closed_ = true;
    // What comes after the end was decided is not settled, and so will be sent again.
    if (ok && !end_.has_value()) Take(&scratch->request);
    Advance();
  }
  Unref();
}

void StreamCall::Take(CheckedRequest* request) {
  if (!origin_.has_value()) {
    std::optional<Refusal> refusal = CheckSession(context_, *request, call_);
    if (refusal.has_value()) {
      Refuse(refusal->reason, *request, std::move(refusal->status));
      return;
    }
    session_ = request->session->id;
    origin_.emplace(std::move(request->session->origin));
  } else if (request->malformed) {
    Refuse(RejectReason::kInvalid, *request, InvalidStatus(*request->session_violation));
    return;
  } else if (request->has_session) {
    Refuse(RejectReason::kInvalid, *request,
           InvalidStatus({"session", "stands again; it is allowed in a stream's first message"}));
    return;
  }
  if (request->batch_violation.has_value()) {
    Refuse(RejectReason::kInvalid, *request, std::nullopt);
    return;
  }
  request->batch.session = session_;
  NoteAppended(context_.committer->Append(request->batch, *origin_, this));
}

void StreamCall::Refuse(RejectReason reason, const CheckedRequest& request,
                        std::optional<grpc::Status> end) {
  v1::RefusedBatch refusal;
  if (!end.has_value()) {
    refusal.set_sequence(request.batch.sequence);
    refusal.set_reason(ToString(*request.batch_violation));
  }
  // A refusal that ends the call is told by its status; the empty one here keeps the order of
  // settlements.
  unsettled_refusals_.push_back(std::move(refusal));
  NoteAppended(context_.committer->AppendRejected(
      reason, request.events, end.has_value() ? 0 : request.batch.sequence, this));
  if (end.has_value()) End(*std::move(end));
}

void StreamCall::NoteAppended(const absl::Status& appended) {
  if (!appended.ok()) {
    End(RetryStatus(appended));
    return;
  }
  if (unsettled_++ == 0) Ref();
}

void StreamCall::End(grpc::Status status) {
  if (!end_.has_value()) end_ = std::move(status);
}

void StreamCall::Drain() {
  absl::MutexLock lock(&mutex_);
  End(RetryStatus(grpc::StatusCode::UNAVAILABLE, "the daemon is stopping", kStoppingRetry));
  Advance();
}

bool StreamCall::MayRead() const {
  return !reading_ && !read_closed_ && !end_.has_value() && unsettled_ < kUnsettledMax &&
         unsettled_refusals_.size() + settled_refusals_.size() < kRefusalsMax;
}

void StreamCall::Advance() {
  if (finishing_) return;
  if (MayRead()) {
    reading_ = true;
    Ref();
    stream_.Read(&message_, &on_read_);
  }
  if (writing_) return;
  if (settled_sequence_ > written_sequence_ || !settled_refusals_.empty()) {
    Write();
  } else if (unsettled_ == 0 && (end_.has_value() || read_closed_)) {
    finishing_ = true;
    Ref();
    stream_.Finish(end_.value_or(grpc::Status::OK), &on_finish_);
  }
}

void StreamCall::Write() {
  v1::ReportResponse response;
  response.set_acknowledged_sequence(settled_sequence_);
  for (v1::RefusedBatch& refusal : settled_refusals_) {
    *response.add_refused() = std::move(refusal);
  }
  settled_refusals_.clear();
  const absl::Duration min_interval = MinInterval(*context_.committer);
  if (min_interval > absl::ZeroDuration()) {
    response.mutable_min_interval()->set_seconds(absl::ToInt64Seconds(min_interval));
  }
  written_sequence_ = settled_sequence_;
  writing_ = true;
  Ref();
  stream_.Write(ToBuffer(response), &on_write_);
}

void StreamCall::OnWrite(bool ok, Scratch* /*scratch*/) {
  {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    // The sender is gone: there is nobody to tell anything.
    if (!ok) read_closed_ = true;
    Advance();
  }
  Unref();
}

void StreamCall::OnFinish(bool /*ok*/, Scratch* /*scratch*/) { Unref(); }

void StreamCall::OnSettled(uint64_t sequence, Verdict verdict) {
  run_sequence_ = std::max(run_sequence_, sequence);
  ++run_settled_;
  if (verdict == Verdict::kRefused) ++run_refused_;
}

void StreamCall::OnFailed(uint64_t /*sequence*/, const absl::Status& status) {
  ++run_settled_;
  run_failure_ = status;
}

void StreamCall::OnBatchesSettled() {
  bool last = false;
  {
    absl::MutexLock lock(&mutex_);
    unsettled_ -= run_settled_;
    last = unsettled_ == 0;
    settled_sequence_ = std::max(settled_sequence_, run_sequence_);
    for (; run_refused_ > 0; --run_refused_) {
      v1::RefusedBatch& refusal = unsettled_refusals_.front();
      if (!refusal.reason().empty()) settled_refusals_.push_back(std::move(refusal));
      unsettled_refusals_.pop_front();
    }
    if (!run_failure_.ok()) {
      End(RetryStatus(run_failure_));
      run_failure_ = absl::OkStatus();
    }
    run_settled_ = 0;
    Advance();
  }
  if (last) Unref();
}

}  // namespace gmewatch
