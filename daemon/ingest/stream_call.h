// One ReportStream: reads batches, gives them to the committer, acknowledges what is settled with
// the newest number alone.
//
// Owns itself by a count of what may still call it: outstanding operations, and the committer while
// batches are unsettled. Thread safety: events come from the completion queue's thread, settlements
// from the committer's, Drain from any.
#ifndef GMEWATCH_DAEMON_INGEST_STREAM_CALL_H_
#define GMEWATCH_DAEMON_INGEST_STREAM_CALL_H_

#include <atomic>
#include <list>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "daemon/ingest/call.h"
#include "daemon/ingest/call_set.h"

namespace gmewatch {

class StreamCall final : public BatchWaiter {
 public:
  // Waits for one call.
  static void Arm(const IngestContext& context);

  // Takes no more; ends with UNAVAILABLE when what it took is settled.
  void Drain();

  void OnSettled(uint64_t sequence, Verdict verdict) override;
  void OnFailed(uint64_t sequence, const absl::Status& status) override;
  void OnBatchesSettled() override;

 private:
  explicit StreamCall(const IngestContext& context);
  ~StreamCall() override;

  void OnRequest(bool ok, Scratch* scratch);
  void OnRead(bool ok, Scratch* scratch);
  void OnWrite(bool ok, Scratch* scratch);
  void OnFinish(bool ok, Scratch* scratch);

  // Of one message; ends the stream or leaves it ready for the next.
  void Take(CheckedRequest* request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Counts the refusal; `end` is what the stream ends with when it is durable.
  void Refuse(RejectReason reason, const CheckedRequest& request, std::optional<grpc::Status> end)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteAppended(const absl::Status& appended) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(grpc::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Starts whatever can be started now: a read, a write, the end.
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MayRead() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Write() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void Ref() { references_.fetch_add(1, std::memory_order_relaxed); }
  void Unref();

  const IngestContext context_;
  grpc::ServerContext call_;
  grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer> stream_;
  grpc::ByteBuffer message_;
  MemberEvent<StreamCall> on_request_;
  MemberEvent<StreamCall> on_read_;
  MemberEvent<StreamCall> on_write_;
  MemberEvent<StreamCall> on_finish_;
  std::atomic<int> references_{1};
  bool in_set_ = false;

  // Of the committer alone, between OnSettled and OnBatchesSettled.
  uint64_t run_sequence_ = 0;
  uint32_t run_settled_ = 0;
  uint32_t run_refused_ = 0;
  absl::Status run_failure_;

  absl::Mutex mutex_;
  SessionId session_ ABSL_GUARDED_BY(mutex_);
  std::optional<HashedOrigin> origin_ ABSL_GUARDED_BY(mutex_);  // from the first message on
  uint32_t unsettled_ ABSL_GUARDED_BY(mutex_) = 0;
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool read_closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t settled_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t written_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  // Refused batches: in the order of the committer until their refusal is settled, then until they
  // are written. Lists, since most streams never have one, and an empty deque takes half a KiB.
  std::list<v1::RefusedBatch> unsettled_refusals_ ABSL_GUARDED_BY(mutex_);
  std::list<v1::RefusedBatch> settled_refusals_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_STREAM_CALL_H_
