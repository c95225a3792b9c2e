// The Connect port: Report over HTTP/1.1, for games that have no gRPC. POST
// /gmewatch.v1.ErrorReporting/Report with a ReportRequest in Protobuf or JSON; what is taken,
// rejected and answered is as for the Report of the gRPC server, whose admission it shares.
//
// A Connect-Timeout-Ms that passes before the batch is settled is answered with deadline_exceeded;
// the batch may be counted all the same, as after any lost answer.
//
// Thread safety: one thread calls Start, Shutdown and the destructor; any thread may call the other
// methods. Lifetime: what it is given must outlive it.
//
// Limits: those of http_loop.h: connect.max_connections, and half of the descriptors, those that
// Acceptor keeps not among them;
// kRequestTime for a request from its first byte to its last; kIdleTime between two;
// ingest.max_message_bytes and kOversizeBytesMax for a body, 16 KiB for what precedes it.
//
// Errors of Start: InvalidArgument, the address is not HOST:PORT; Unavailable, the server cannot
// listen on it.
#ifndef GMEWATCH_DAEMON_CONNECT_CONNECT_SERVER_H_
#define GMEWATCH_DAEMON_CONNECT_CONNECT_SERVER_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/config/settings.h"
#include "daemon/connect/connect_call.h"
#include "daemon/connect/cors.h"
#include "daemon/http/http_loop.h"
#include "daemon/ingest/call_set.h"
#include "daemon/ingest/report.h"

namespace gmewatch {

class ConnectServer {
 public:
  static absl::StatusOr<std::unique_ptr<ConnectServer>> Start(const std::string& address,
                                                              const Settings& settings,
                                                              Clock& clock,
                                                              const ReportContext& reports);
  ConnectServer(const ConnectServer&) = delete;
  ConnectServer& operator=(const ConnectServer&) = delete;
  // REQUIRES: Shutdown was called.
  ~ConnectServer() = default;

  // HOST:PORT with the port that it listens at.
  const std::string& address() const { return address_; }

  // Those that are open, and the most that may be.
  size_t connections() const { return loop_->connections(); }
  size_t connections_max() const { return connections_max_; }

  // Applies connect.cors_origins from now on.
  void Update(const Settings& settings) { cors_.Update(settings); }

  // Accepts no more connections, ends the idle ones, answers the others and ends them; one that is
  // still open after `deadline` gets no answer. REQUIRES: the committer drains, and is stopped
  // after this.
  void Shutdown(absl::Duration deadline);

  static constexpr absl::Duration kRequestTime = absl::Seconds(10);
  static constexpr absl::Duration kIdleTime = absl::Minutes(5);

 private:
  ConnectServer(const Settings& settings, Clock& clock, const ReportContext& reports);

  // All of these on the thread of the loop.
  void Answer(ServedConnection* connection);
  void OnSettled(ConnectCall* call);
  void AnswerExpired();
  void Send(ServedConnection* connection, int http_status, absl::string_view content_type,
            absl::string_view more_headers, absl::string_view body);
  void SendError(ServedConnection* connection, const grpc::Status& status);

  Clock& clock_;
  const ReportContext reports_;
  const size_t message_bytes_max_;
  const size_t connections_max_;
  Cors cors_;
  const std::function<void(ConnectCall*)> settled_;
  std::string address_;
  CallSet calls_;
  // For the thread of the loop alone.
  Scratch scratch_;
  std::set<std::pair<absl::Duration, ConnectCall*>> deadlines_;
  bool looking_ = false;  // for calls that have expired
  std::unique_ptr<HttpLoop> loop_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CONNECT_CONNECT_SERVER_H_
