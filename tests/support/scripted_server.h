// An ErrorReporting server whose answers a test scripts: real gRPC on loopback, in this process.
//
// It counts a session's batch once, as the contract says, unless the script says otherwise. Its
// counts survive Shutdown and Start, like those in the daemon's log.
//
// Thread safety: every method may be called from any thread. Limits: a held call ends when it is
// cancelled, or after 30 s.
#ifndef GMEWATCH_TESTS_SUPPORT_SCRIPTED_SERVER_H_
#define GMEWATCH_TESTS_SUPPORT_SCRIPTED_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "gmewatch/v1/error_reporting.grpc.pb.h"

namespace gmewatch {

// The answer to one call.
struct ScriptedAnswer {
  absl::Status status;                        // not OK: the call fails
  bool count = true;                          // counts the batch even if the call fails
  std::optional<absl::Duration> retry_delay;  // google.rpc.RetryInfo of a failure
  std::string violation;                      // google.rpc.BadRequest's field of a failure
  std::optional<absl::Duration> min_interval;
  uint64_t acknowledge_less = 0;  // acknowledges the batch's number minus this
  bool hold = false;              // gives no answer; the batch is counted all the same
};

// A failure of a call whose batch is not counted.
ScriptedAnswer Failure(absl::Status status,
                       std::optional<absl::Duration> retry_delay = std::nullopt);

struct ReceivedBatch {
  v1::ReportRequest request;
  std::string authorization;
  std::string peer;
  absl::Time at;
};

class ScriptedServer final : public v1::ErrorReporting::Service {
 public:
  // Starts on a free port of 127.0.0.1.
  explicit ScriptedServer(
      std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials());
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() override;

  std::string address() const;

  // Stops at once.
  void Shutdown();
  // Starts again on the same port.
  void Start();

  // Queues the answer to one call.
  void Next(ScriptedAnswer answer);
  // The answer to calls when the queue is empty; by default the batch is counted and acknowledged.
  void Always(ScriptedAnswer answer);

  // Waits until `calls` calls have come in, at most 20 s; returns whether they have.
  bool AwaitCalls(size_t calls);
  std::vector<ReceivedBatch> received();

  // Counted events by code, their sum, and lost events by reason.
  std::map<int32_t, uint64_t> counts();
  uint64_t counted_events();
  std::map<int, uint64_t> losses();

  grpc::Status Report(grpc::ServerContext* context, const v1::ReportRequest* request,
                      v1::ReportResponse* response) override;

 private:
  void Count(const v1::ReportRequest& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<grpc::ServerCredentials> credentials_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;

  absl::Mutex mutex_;
  std::deque<ScriptedAnswer> script_ ABSL_GUARDED_BY(mutex_);
  ScriptedAnswer always_ ABSL_GUARDED_BY(mutex_);
  std::vector<ReceivedBatch> received_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, uint64_t> last_sequence_ ABSL_GUARDED_BY(mutex_);  // by session
  std::map<int32_t, uint64_t> counts_ ABSL_GUARDED_BY(mutex_);
  std::map<int, uint64_t> losses_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_SCRIPTED_SERVER_H_
