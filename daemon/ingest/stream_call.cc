#include "daemon/ingest/stream_call.h"

#include <algorithm>
#include <utility>

#include "daemon/ingest/byte_buffer.h"
#include "daemon/ingest/call_metadata.h"
#include "daemon/ingest/rpc_error.h"

namespace gmewatch {
namespace {

// Rejections that may be unwritten at a time; they carry text.
constexpr size_t kRejectionsMax = 64;

// A client then connects to another daemon, or to this one again, at its own pace: its back-off has
// jitter.
constexpr absl::Duration kStoppingRetry = absl::Seconds(1);

grpc::Status StoppingStatus() {
  return RetryStatus(grpc::StatusCode::UNAVAILABLE, "the daemon is stopping", kStoppingRetry);
}

}  // namespace

void StreamCall::Arm(const IngestContext& context) {
  new StreamCall(context);  // deletes itself in Unref
}

StreamCall::StreamCall(const IngestContext& context)
    : context_(context), lane_(&context.lanes->first()) {
  context_.service->RequestReportStream(&call_, &stream_, context_.queue, &on_request_);
}

StreamCall::~StreamCall() {
  context_.first_messages->Forget(&wait_);
  if (in_set_) context_.calls->RemoveStream(this);
  absl::MutexLock lock(&mutex_);
  context_.admission->ReturnAhead(&admitted_);
}

void StreamCall::Unref() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void StreamCall::OnRequest(bool ok, Scratch* /*scratch*/) {
  if (ok) {
    Arm(context_);
    context_.first_messages->Begin(this, &wait_);
    in_set_ = context_.calls->AddStream(this);
    absl::MutexLock lock(&mutex_);
    if (!in_set_) End(StoppingStatus());
    Advance();
  }
  Unref();
}

void StreamCall::OnRead(bool ok, Scratch* scratch) {
  if (std::exchange(awaits_first_, false)) context_.first_messages->Came(&wait_);
  if (ok) ReadMessage(*context_.admission, &message_, scratch);
  {
    absl::MutexLock lock(&mutex_);
    reading_ = false;
    if (!ok) read_closed_ = true;
    // A batch that comes after the end was decided is dropped: it is not acknowledged, so the
    // client sends it again.
    if (ok && !end_.has_value()) Take(&scratch->request);
    Advance();
  }
  Unref();
}

void StreamCall::Take(CheckedRequest* request) {
  std::optional<Rejection> rejection;
  if (!session_checked_) rejection = CheckSession(request);
  if (rejection.has_value()) {
    Reject(*std::move(rejection), *request, /*ends_stream=*/true);
    return;
  }
  session_checked_ = true;
  if (!paid_) rejection = context_.admission->CheckQuotas(*request, /*ahead=*/true, &admitted_);
  if (rejection.has_value()) {
    Reject(*std::move(rejection), *request, /*ends_stream=*/true);
    return;
  }
  paid_ = true;
  rejection = Admission::CheckBatch(*request);
  if (rejection.has_value()) {
    Reject(*std::move(rejection), *request, /*ends_stream=*/false);
    return;
  }
  Admission::Sign(session_, admitted_, &request->batch);
  Appended appended;
  const absl::Status status = lane_->committer->Append(request->batch, *origin_, this, &appended);
  if (!status.ok()) context_.admission->Return(&admitted_);
  if (status.ok() && !appended.held) {
    admitted_.last_sequence = std::max(admitted_.last_sequence, request->batch.sequence);
  }
  NoteAppended(status, appended);
}

std::optional<Rejection> StreamCall::CheckSession(CheckedRequest* request) {
  if (origin_.has_value()) {
    return context_.admission->CheckNoSession(*request, origin_->origin(), authorization_,
                                              &admitted_);
  }
  const std::string peer = call_.peer();
  std::vector<std::string> names;
  if (context_.admission->AsksForCertificates()) names = CertificateNamesOf(call_);
  Caller caller = CallerOf(call_.client_metadata(), peer);
  caller.certificate_names = names;
  authorization_ = caller.authorization;
  std::optional<Rejection> rejection =
      context_.admission->CheckSession(*request, caller, &admitted_);
  if (rejection.has_value()) return rejection;
  session_ = request->session->id;
  UseLane(context_.lanes->Of(session_));
  origin_.emplace(std::move(request->session->origin));
  return std::nullopt;
}

void StreamCall::Reject(Rejection rejection, const CheckedRequest& request, bool ends_stream) {
  if (rejection.stranger) {
    lane_->committer->CountStranger(rejection.reason);
    End(std::move(rejection.status));
    return;
  }
  const uint64_t sequence = ends_stream ? 0 : request.batch.sequence;
  Appended appended;
  const absl::Status status =
      lane_->committer->AppendRejected(rejection.reason, request.events, sequence, this, &appended);
  NoteAppended(status, appended);
  if (held_) return;
  // If the stream ends, its status names the rejection, and the empty entry only keeps the order of
  // settlements.
  v1::RefusedBatch& batch = unsettled_rejections_.emplace_back();
  if (ends_stream) {
    End(std::move(rejection.status));
  } else {
    batch.set_sequence(sequence);
    batch.set_reason(rejection.status.error_message());
  }
}

void StreamCall::NoteAppended(const absl::Status& status, const Appended& appended) {
  held_ = appended.held;
  if (held_) {
    Ref();
    return;
  }
  session_checked_ = false;
  paid_ = false;
  if (!status.ok()) End(RetryStatus(status));
  if (absl::IsUnavailable(status)) return;  // the committer will not call back
  waiting_bytes_ += appended.bytes;
  last_batch_bytes_ = appended.bytes;
  if (unsettled_++ == 0) Ref();
}

void StreamCall::UseLane(const Lane& lane) {
  if (takes_part_) {
    lane_->back_pressure->Leave();
    lane.back_pressure->Enter();
  }
  lane_ = &lane;
}

void StreamCall::TakePart() {
  const bool waits = unsettled_ > 0 || held_;
  if (waits == takes_part_) return;
  takes_part_ = waits;
  if (waits) {
    lane_->back_pressure->Enter();
  } else {
    lane_->back_pressure->Leave();
  }
}

void StreamCall::End(grpc::Status status) {
  if (!end_.has_value()) end_ = std::move(status);
}

void StreamCall::EndWithoutMessage(const grpc::Status& status) {
  absl::MutexLock lock(&mutex_);
  End(status);
  Advance();
}

void StreamCall::Drain() {
  absl::MutexLock lock(&mutex_);
  End(StoppingStatus());
  Advance();
}

bool StreamCall::MayRead() const {
  return !reading_ && !read_closed_ && !end_.has_value() && !held_ &&
         (unsettled_ == 0 || waiting_bytes_ + last_batch_bytes_ <= lane_->back_pressure->Share()) &&
         unsettled_rejections_.size() + settled_rejections_.size() < kRejectionsMax;
}

void StreamCall::Advance() {
  TakePart();
  if (finishing_) return;
  if (MayRead()) {
    reading_ = true;
    Ref();
    stream_.Read(&message_, &on_read_);
  }
  if (writing_) return;
  if (settled_sequence_ > written_sequence_ || !settled_rejections_.empty()) {
    Write();
  } else if (unsettled_ == 0 && (end_.has_value() || (read_closed_ && !held_))) {
    finishing_ = true;
    Ref();
    stream_.Finish(end_.value_or(grpc::Status::OK), &on_finish_);
  }
}

void StreamCall::Write() {
  v1::ReportResponse response;
  response.set_acknowledged_sequence(settled_sequence_);
  for (v1::RefusedBatch& rejection : settled_rejections_) {
    *response.add_refused() = std::move(rejection);
  }
  settled_rejections_.clear();
  if (std::exchange(causes_load_, false)) BackPressure::SlowDown(&response);
  written_sequence_ = settled_sequence_;
  writing_ = true;
  Ref();
  stream_.Write(ToBuffer(response), &on_write_);
}

void StreamCall::OnWrite(bool ok, Scratch* /*scratch*/) {
  {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (!ok) read_closed_ = true;  // the client has left: it sends nothing more either
    Advance();
  }
  Unref();
}

void StreamCall::OnRoom() {
  // On the queue's thread, which has the memory for reading the message again.
  if (!retry_.has_value()) retry_.emplace();
  retry_->Set(context_.queue, gpr_inf_past(GPR_CLOCK_MONOTONIC), &on_retry_);
}

void StreamCall::OnRetry(bool /*ok*/, Scratch* scratch) {
  ReadMessage(*context_.admission, &message_, scratch);
  {
    absl::MutexLock lock(&mutex_);
    held_ = false;
    if (!end_.has_value()) Take(&scratch->request);
    Advance();
  }
  Unref();
}

void StreamCall::OnFinish(bool /*ok*/, Scratch* /*scratch*/) { Unref(); }

void StreamCall::OnSettled(uint64_t sequence, Verdict verdict) {
  ++newly_settled_.batches;
  // No batch from the first one on that was not counted is acknowledged: the client sends them
  // again, and those that were counted are duplicates.
  if (IsRejectedLate(verdict)) rejected_late_ = verdict;
  if (rejected_late_.has_value()) return;
  newly_settled_.sequence = std::max(newly_settled_.sequence, sequence);
  if (verdict == Verdict::kRejected) ++newly_settled_.rejected;
}

void StreamCall::OnFailed(uint64_t /*sequence*/, const absl::Status& status) {
  ++newly_settled_.batches;
  newly_settled_.failure = status;
}

void StreamCall::OnBatchesSettled(size_t bytes) {
  bool last = false;
  {
    absl::MutexLock lock(&mutex_);
    causes_load_ |= lane_->back_pressure->StreamCausesLoad(waiting_bytes_);
    waiting_bytes_ -= bytes;
    unsettled_ -= newly_settled_.batches;
    last = unsettled_ == 0;
    settled_sequence_ = std::max(settled_sequence_, newly_settled_.sequence);
    for (; newly_settled_.rejected > 0; --newly_settled_.rejected) {
      v1::RefusedBatch& rejection = unsettled_rejections_.front();
      if (!rejection.reason().empty()) settled_rejections_.push_back(std::move(rejection));
      unsettled_rejections_.pop_front();
    }
    if (rejected_late_.has_value()) End(VerdictStatus(*rejected_late_));
    if (!newly_settled_.failure.ok()) End(RetryStatus(newly_settled_.failure));
    newly_settled_ = {};
    Advance();
  }
  if (last) Unref();
}

}  // namespace gmewatch
