// What the two kinds of calls share: their surroundings, and how gRPC's completion queue tells them
// of events.
#ifndef GMEWATCH_DAEMON_INGEST_CALL_H_
#define GMEWATCH_DAEMON_INGEST_CALL_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/base/clock.h"
#include "daemon/ingest/access.h"
#include "daemon/ingest/check_batch.h"
#include "daemon/log/committer.h"
#include "gmewatch/v1/error_reporting.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace gmewatch {

// The service as bytes: CheckRequest decodes, so gRPC must not.
using RawService = v1::ErrorReporting::WithRawMethod_Report<
    v1::ErrorReporting::WithRawMethod_ReportStream<v1::ErrorReporting::Service>>;

using HealthService = grpc::health::v1::Health::AsyncService;

// Scratch of one completion queue's thread: calls are many, threads are few.
struct Scratch {
  CheckedRequest request;
  std::string bytes;
};

// One outstanding operation. gRPC gives it back when the operation has ended.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  virtual ~Event() = default;
  virtual void Done(bool ok, Scratch* scratch) = 0;
};

// Calls a method of the call that it is a member of.
template <typename Call>
class MemberEvent final : public Event {
 public:
  using Method = void (Call::*)(bool, Scratch*);
  MemberEvent(Call* call, Method method) : call_(call), method_(method) {}
  void Done(bool ok, Scratch* scratch) override { (call_->*method_)(ok, scratch); }

 private:
  Call* const call_;
  const Method method_;
};

class CallSet;

// Everything here outlives the calls.
struct IngestContext {
  RawService* service = nullptr;
  grpc::ServerCompletionQueue* queue = nullptr;
  Committer* committer = nullptr;
  const Aggregate* aggregate = nullptr;
  const Access* access = nullptr;
  CallSet* calls = nullptr;
  HealthService* health = nullptr;
  const std::atomic<bool>* serving = nullptr;
  size_t message_bytes_max = 0;  // what is larger breaks a rule of the batch
};

// Where a session may not report: the status, and the reason that it is counted under.
struct Refusal {
  grpc::Status status;
  RejectReason reason = RejectReason::kInvalid;
};
std::optional<Refusal> CheckSession(const IngestContext& context, const CheckedRequest& request,
                                    const grpc::ServerContext& call);

// Checks a message into scratch->request.
void ReadRequest(const IngestContext& context, grpc::ByteBuffer* message, Scratch* scratch);

grpc::ByteBuffer ToBuffer(const v1::ReportResponse& response);

// What slow clients down before any is turned away; zero while there is no need.
absl::Duration MinInterval(const Committer& committer);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_CALL_H_
