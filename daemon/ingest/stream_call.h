// One ReportStream: reads batches, gives them to the committer, and acknowledges settled batches by
// the newest sequence number alone.
//
//         Arm
//          |
//    +-----v-----+  OnRequest(!ok): the server is shutting down, no client came
//    |  waiting  |---------------------------------------------------------------.
//    +-----+-----+                                                               |
//          |  OnRequest(ok): arms its successor, joins the streams of CallSet    |
//          |      (if they are draining, it sets end_ instead)                   |
//    +-----v-----+                                                               |
//    |   open    |  OnRead(ok): appends the batch or its rejection, reads on;    |
//    |           |      holds the message if the committer has no room for it    |
//    |           |  OnRoom, OnRetry: appends what it holds, reads on             |
//    |           |  OnBatchesSettled: writes an answer, reads again if it paused |
//    |           |  OnWrite(ok): writes again if more is settled                 |
//    +-----+-----+                                                               |
//          |  read_closed_: the client has sent everything or is gone            |
//          |      (OnRead(!ok), OnWrite(!ok))                                    |
//          |  end_: a session is rejected, the committer stops or its log        |
//          |      fails, Drain, the first message does not come                  |
//    +-----v-----+                                                               |
//    |  closing  |  starts no read; a batch that is held, or that a pending read |
//    |           |      still brings, is dropped if end_ is set: the client      |
//    |           |      sends it again                                           |
//    |           |  OnBatchesSettled, OnWrite: as above                          |
//    +-----+-----+                                                               |
//          |  unsettled_ is 0, no write is pending, nothing is left to write,    |
//          |      nothing is held or end_ is set                                 |
//    +-----v-----+                                                               |
//    | finishing |  Finish(end_, or OK if it is not set) is pending              |
//    +-----+-----+                                                               |
//          |  OnFinish; OnRead as well if a read was pending                     |
//          v                                                                     v
//    the last reference is gone: the call leaves CallSet and deletes itself
//
// An open stream is held, not ended, when it sends more than the daemon can take. It pauses reading
// while its batches have their fair share of the waiting bytes (back_pressure.h), while it holds a
// message, or while kRejectionsMax rejections are unwritten. HTTP/2 flow control then stops the
// sender.
//
// References: each pending operation (request, read, write, finish, retry) holds one, and the
// committer holds one while unsettled_ > 0, and one until OnRoom, which the retry takes over. There
// is at most one of each operation at a time.
//
// Thread safety: OnRequest to OnFinish are called by the completion queue's thread, OnSettled to
// OnRoom by the committer's, Drain, EndWithoutMessage and Cut by any.
#ifndef GMEWATCH_DAEMON_INGEST_STREAM_CALL_H_
#define GMEWATCH_DAEMON_INGEST_STREAM_CALL_H_

#include <grpcpp/alarm.h>

#include <atomic>
#include <list>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "daemon/ingest/completion_event.h"
#include "daemon/ingest/ingest_context.h"

namespace gmewatch {

class StreamCall final : public BatchWaiter, public FirstMessages::Call {
 public:
  // Makes a call object that waits for one call.
  static void Arm(const IngestContext& context);

  // Takes no more batches; ends with UNAVAILABLE when those it took are settled.
  void Drain();

  void OnSettled(uint64_t sequence, Verdict verdict) override;
  void OnFailed(uint64_t sequence, const absl::Status& status) override;
  void OnBatchesSettled(size_t bytes) override;
  void OnRoom() override;

  void EndWithoutMessage(const grpc::Status& status) override;
  void Cut() override { call_.TryCancel(); }

 private:
  explicit StreamCall(const IngestContext& context);
  ~StreamCall() override;

  void OnRequest(bool ok, Scratch* scratch);
  void OnRead(bool ok, Scratch* scratch);
  void OnWrite(bool ok, Scratch* scratch);
  void OnRetry(bool ok, Scratch* scratch);
  void OnFinish(bool ok, Scratch* scratch);

  // Takes the batch of one message, rejects it, or ends the stream.
  void Take(CheckedRequest* request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Checks who reports, and keeps it from the first message on.
  std::optional<Rejection> CheckSession(CheckedRequest* request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Counts the rejection. `ends_stream`: the stream then ends with its status; else the next answer
  // names the batch.
  void Reject(Rejection rejection, const CheckedRequest& request, bool ends_stream)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteAppended(const absl::Status& status, const Appended& appended)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Decides what the stream ends with; the first decision stays.
  void End(grpc::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Starts every operation that can start now: a read, a write, the finish.
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MayRead() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // From now on batches go to this lane.
  void UseLane(const Lane& lane) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Enters or leaves the streams that share the waiting bytes.
  void TakePart() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Write() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void Ref() { references_.fetch_add(1, std::memory_order_relaxed); }
  void Unref();

  const IngestContext context_;
  const CallSet::Membership membership_{context_.calls};
  grpc::ServerContext call_;
  RawStream stream_{&call_};
  FirstMessages::Wait wait_;  // for the thread of the completion queue
  bool awaits_first_ = true;  // the same
  grpc::ByteBuffer message_;
  MemberEvent<StreamCall> on_request_{this, &StreamCall::OnRequest};
  MemberEvent<StreamCall> on_read_{this, &StreamCall::OnRead};
  MemberEvent<StreamCall> on_write_{this, &StreamCall::OnWrite};
  MemberEvent<StreamCall> on_finish_{this, &StreamCall::OnFinish};
  MemberEvent<StreamCall> on_retry_{this, &StreamCall::OnRetry};
  std::optional<grpc::Alarm> retry_;  // for the committer thread alone
  std::atomic<int> references_{1};    // the request that waits for a client
  bool in_set_ = false;

  // What the committer thread has reported since the last OnBatchesSettled; used by it alone.
  struct Settled {
    uint64_t sequence = 0;
    uint32_t batches = 0;
    uint32_t rejected = 0;
    absl::Status failure;
  };
  Settled newly_settled_;
  // The first batch that was rejected when it was to be counted: the stream ends. For the committer
  // thread alone.
  std::optional<Verdict> rejected_late_;

  absl::Mutex mutex_;
  SessionId session_ ABSL_GUARDED_BY(mutex_);
  const Lane* lane_ ABSL_GUARDED_BY(mutex_);  // that of the session, once it is let in
  std::optional<HashedOrigin> origin_ ABSL_GUARDED_BY(mutex_);  // from the first message on
  Admitted admitted_ ABSL_GUARDED_BY(mutex_);                   // the same
  absl::string_view authorization_ ABSL_GUARDED_BY(mutex_);     // the same; part of call_
  uint32_t unsettled_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;      // of the unsettled batches
  size_t last_batch_bytes_ ABSL_GUARDED_BY(mutex_) = 0;   // the next one probably has as many
  bool held_ ABSL_GUARDED_BY(mutex_) = false;             // message_ waits for room
  bool session_checked_ ABSL_GUARDED_BY(mutex_) = false;  // of the message that is held
  bool paid_ ABSL_GUARDED_BY(mutex_) = false;             // so has the message that is held
  bool takes_part_ ABSL_GUARDED_BY(mutex_) = false;
  bool causes_load_ ABSL_GUARDED_BY(mutex_) = false;  // the next answer has a min_interval
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool read_closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t settled_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t written_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  // Rejected batches: first in the order of the committer until their rejection is settled, then
  // until they are written. Lists, because most streams never have one and an empty deque takes
  // half a KiB.
  std::list<v1::RefusedBatch> unsettled_rejections_ ABSL_GUARDED_BY(mutex_);
  std::list<v1::RefusedBatch> settled_rejections_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_STREAM_CALL_H_
