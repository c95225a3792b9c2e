#include "daemon/ingest/report.h"

#include <optional>
#include <utility>

#include "daemon/ingest/rpc_error.h"

namespace gmewatch {

void Report::Take(const Caller& caller, Scratch* scratch) {
  CheckedRequest& request = scratch->request;
  Admitted admitted;
  std::optional<Rejection> rejection = context_.admission->CheckSession(request, caller, &admitted);
  if (!rejection.has_value()) {
    lane_ = &context_.lanes->Of(request.session->id);
    rejection = context_.admission->CheckQuotas(request, /*ahead=*/false, &admitted);
  }
  if (!rejection.has_value()) rejection = Admission::CheckBatch(request);
  if (rejection.has_value()) {
    Reject(*std::move(rejection), request);
    return;
  }
  Admission::Sign(request.session->id, admitted, &request.batch);
  const HashedOrigin origin(std::move(request.session->origin));
  const absl::Status status = lane_->committer->Append(request.batch, origin, this);
  if (!status.ok()) context_.admission->Return(&admitted);
  AnswerIfUnavailable(status);
}

void Report::Reject(Rejection rejection, const CheckedRequest& request) {
  status_ = std::move(rejection.status);
  if (rejection.stranger) {
    lane_->committer->CountStranger(rejection.reason);
    Answer();
    return;
  }
  AnswerIfUnavailable(lane_->committer->AppendRejected(rejection.reason, request.events,
                                                       request.batch.sequence, this));
}

void Report::AnswerIfUnavailable(const absl::Status& appended) {
  // Otherwise the committer calls back, and may have destroyed this already.
  if (!absl::IsUnavailable(appended)) return;
  status_ = RetryStatus(appended);
  OnBatchesSettled(0);
}

void Report::OnSettled(uint64_t sequence, Verdict verdict) {
  settled_sequence_ = sequence;
  if (IsRejectedLate(verdict)) status_ = VerdictStatus(verdict);
}

void Report::OnFailed(uint64_t /*sequence*/, const absl::Status& status) {
  status_ = RetryStatus(status);
}

void Report::OnBatchesSettled(size_t bytes) {
  slow_down_ = lane_->back_pressure->ReportCausesLoad(bytes);
  Answer();
}

v1::ReportResponse Report::response() const {
  v1::ReportResponse response;
  response.set_acknowledged_sequence(settled_sequence_);
  if (slow_down_) BackPressure::SlowDown(&response);
  return response;
}

}  // namespace gmewatch
