// One Report, whichever transport brought it: from the bytes of a ReportRequest and its caller to a
// ReportResponse or a status. A transport derives its call from it.
//
// Thread safety: Take on one thread, then Answer on that one or on the committer's, never both at
// once. Lifetime: must live until Answer; what it is made of must outlive it.
#ifndef GMEWATCH_DAEMON_INGEST_REPORT_H_
#define GMEWATCH_DAEMON_INGEST_REPORT_H_

#include "daemon/ingest/admission.h"
#include "daemon/ingest/caller.h"
#include "daemon/ingest/completion_event.h"
#include "daemon/ingest/lanes.h"

namespace gmewatch {

// What all Reports work with.
struct ReportContext {
  Admission* admission = nullptr;
  const Lanes* lanes = nullptr;
};

class Report : public BatchWaiter {
 public:
  void OnSettled(uint64_t sequence, Verdict verdict) override;
  void OnFailed(uint64_t sequence, const absl::Status& status) override;
  void OnBatchesSettled(size_t bytes) override;

 protected:
  explicit Report(const ReportContext& context)
      : context_(context), lane_(&context.lanes->first()) {}

  // Checks the batch that was read into scratch->request and gives it, or its rejection, to the
  // committer. Exactly one Answer follows, possibly before this returns.
  void Take(const Caller& caller, Scratch* scratch);
  // It is time to answer, with response() if status() is OK. May destroy the Report.
  virtual void Answer() = 0;

  // Valid from Answer on.
  const grpc::Status& status() const { return status_; }
  v1::ReportResponse response() const;

 private:
  // Counts the rejection, and answers with it when it is durable.
  void Reject(Rejection rejection, const CheckedRequest& request);
  // Answers with the committer's error if the committer will not call back.
  void AnswerIfUnavailable(const absl::Status& appended);

  const ReportContext context_;
  const Lane* lane_;  // that of the session, once it is let in
  uint64_t settled_sequence_ = 0;
  grpc::Status status_;  // what the call ends with
  bool slow_down_ = false;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_REPORT_H_
