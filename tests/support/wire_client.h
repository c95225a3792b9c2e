// Requests to gmewatchd made field by field, and its answers, for tests that must see the wire.
//
// Thread safety: WireClient may be used from any thread; a WireStream belongs to one. Limits: a
// call ends after 30 s.
#ifndef GMEWATCH_TESTS_SUPPORT_WIRE_CLIENT_H_
#define GMEWATCH_TESTS_SUPPORT_WIRE_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gmewatch/v1/error_reporting.grpc.pb.h"

namespace gmewatch {

// 16 random bytes.
std::string NewSessionId();

v1::Session MakeSession(const std::string& app, const std::string& region,
                        const std::string& id = NewSessionId());
// A batch with its session, as in Report and in a stream's first message.
v1::ReportRequest MakeRequest(const v1::Session& session, uint64_t sequence,
                              const std::vector<std::pair<int32_t, uint32_t>>& counts);
// A batch without a session, as in a stream's later messages.
v1::ReportRequest MakeRequest(uint64_t sequence,
                              const std::vector<std::pair<int32_t, uint32_t>>& counts);

class WireClient {
 public:
  explicit WireClient(const std::string& address);

  v1::ErrorReporting::Stub& stub() { return *stub_; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // Calls Report, waiting for a daemon that is not up yet. `acknowledged` may be null.
  // `authorization` is the metadata of that name; empty: none.
  grpc::Status Report(const v1::ReportRequest& request, uint64_t* acknowledged = nullptr,
                      const std::string& authorization = "");

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ErrorReporting::Stub> stub_;
};

// Calls any method with the bytes of a message; appends the bytes of the answer to `response`.
grpc::Status CallRaw(WireClient* client, const std::string& method, const std::string& request,
                     std::string* response);

// One ReportStream, used by one thread.
class WireStream {
 public:
  // `authorization` is the metadata of that name; empty: none.
  explicit WireStream(WireClient* client, const std::string& authorization = "");
  bool Write(const v1::ReportRequest& request) { return stream_->Write(request); }
  // Reads until the batches up to `sequence` are acknowledged; false if the call ends before. Keeps
  // the rejected batches.
  bool AwaitAcknowledged(uint64_t sequence);
  // Half-closes and reads to the end of the call.
  grpc::Status Finish();
  void Cancel() { context_.TryCancel(); }

  uint64_t acknowledged() const { return acknowledged_; }
  const std::vector<v1::RefusedBatch>& refused() const { return rejected_; }
  size_t responses() const { return responses_; }
  // The min_interval of the newest answer.
  absl::Duration min_interval() const { return min_interval_; }

 private:
  bool Read();

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ReportRequest, v1::ReportResponse>> stream_;
  uint64_t acknowledged_ = 0;
  size_t responses_ = 0;
  absl::Duration min_interval_;
  std::vector<v1::RefusedBatch> rejected_;
};

// The min_interval of an answer; zero if it has none.
absl::Duration MinIntervalOf(const v1::ReportResponse& response);
// The google.rpc.RetryInfo of a status; zero if it has none.
absl::Duration RetryDelayOf(const grpc::Status& status);
// The first field in the google.rpc.BadRequest of a status; empty if it has none.
std::string BadFieldOf(const grpc::Status& status);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_WIRE_CLIENT_H_
