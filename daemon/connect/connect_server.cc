#include "daemon/connect/connect_server.h"

#include <google/protobuf/util/json_util.h>

#include <optional>

#include "absl/strings/str_cat.h"
#include "daemon/base/listener.h"
#include "daemon/connect/connect_error.h"
#include "daemon/connect/connect_request.h"
#include "daemon/ingest/acceptor.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kProto = "application/proto";
constexpr absl::string_view kJson = "application/json";

// The gRPC port needs the others.
constexpr unsigned kDescriptorsShare = 2;

// How exact the time of a deadline_exceeded is.
constexpr absl::Duration kLookForExpired = absl::Milliseconds(20);

absl::string_view Reason(int http_status) {
  switch (http_status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

std::string ToJson(const v1::ReportResponse& response) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(response, &json);
  return status.ok() ? json : "{}";  // a message without Any always has a JSON form
}

}  // namespace

ConnectServer::ConnectServer(const Settings& settings, Clock& clock, const ReportContext& reports)
    : clock_(clock),
      reports_(reports),
      message_bytes_max_(settings.ingest().max_message_bytes()),
      connections_max_(
          HttpLoop::ConnectionsMax(settings.connect().max_connections(), kDescriptorsShare)),
      cors_(settings),
      settled_([this](ConnectCall* call) { OnSettled(call); }) {}

absl::StatusOr<std::unique_ptr<ConnectServer>> ConnectServer::Start(const std::string& address,
                                                                    const Settings& settings,
                                                                    Clock& clock,
                                                                    const ReportContext& reports) {
  absl::StatusOr<Listener> listener = Listener::Open(address);
  if (!listener.ok()) {
    return absl::Status(listener.status().code(),
                        absl::StrCat("Connect port: ", listener.status().message()));
  }
  std::unique_ptr<ConnectServer> self(new ConnectServer(settings, clock, reports));
  self->address_ = listener->address();
  HttpLoop::Options options;
  options.limits.request_timeout = kRequestTime;
  options.limits.idle_time = kIdleTime;
  options.limits.body_bytes_max = self->message_bytes_max_ + kOversizeBytesMax;
  options.connections_max = self->connections_max_;
  options.descriptor_max = Acceptor::DescriptorsMax();
  options.answer = [server = self.get()](ServedConnection* connection) {
    server->Answer(connection);
  };
  self->loop_ = std::make_unique<HttpLoop>(std::move(options), *std::move(listener));
  self->loop_->Start();
  return self;
}

void ConnectServer::Shutdown(absl::Duration deadline) {
  loop_->Drain(deadline);
  // Those whose clients already have a deadline_exceeded.
  calls_.AwaitEmpty();
}

void ConnectServer::Answer(ServedConnection* connection) {
  const IncomingRequest& request = connection->request();
  if (request.method == "OPTIONS") {
    Send(connection, 204, "", cors_.PreflightHeaders(request), "");
    return;
  }
  ConnectRequest connect;
  const auto may_report = [this, &request] {
    return reports_.admission->MayReport(request.Header("authorization"));
  };
  const std::optional<ConnectError> error =
      ReadConnectRequest(request, message_bytes_max_, may_report, &connect);
  if (error.has_value()) {
    if (error->is_report) {
      const bool unknown = error->status.error_code() == grpc::StatusCode::UNAUTHENTICATED;
      reports_.lanes->first().committer->CountStranger(unknown ? RejectReason::kUnauthenticated
                                                               : RejectReason::kInvalid);
    }
    Send(connection, error->http_status, kJson, error->headers, ConnectErrorJson(error->status));
    return;
  }
  auto* call = new ConnectCall(reports_, loop_.get(), &calls_, settled_, connection,
                               connect.json);  // deletes itself when it is settled
  if (connect.timeout < absl::InfiniteDuration()) {
    call->deadline = clock_.Monotonic() + connect.timeout;
    deadlines_.emplace(call->deadline, call);
    AnswerExpired();
  }
  reports_.admission->Read(connect.json ? connect.from_json : request.body, &scratch_.request);
  call->Take(
      {request.Header("authorization"), request.LastHeader("x-forwarded-for"), connection->peer()},
      &scratch_);
  // It is answered by this thread, so not yet.
  connection->ForgetBody();
}

void ConnectServer::OnSettled(ConnectCall* call) {
  deadlines_.erase({call->deadline, call});
  ServedConnection* connection = call->connection();
  if (connection == nullptr) return;
  if (!call->status().ok()) {
    SendError(connection, call->status());
  } else if (call->json()) {
    Send(connection, 200, kJson, "", ToJson(call->response()));
  } else {
    Send(connection, 200, kProto, "", call->response().SerializeAsString());
  }
}

void ConnectServer::AnswerExpired() {
  if (looking_) return;
  looking_ = true;
  loop_->After(kLookForExpired, [this] {
    looking_ = false;
    const absl::Duration now = clock_.Monotonic();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      ConnectCall* call = deadlines_.begin()->second;
      deadlines_.erase(deadlines_.begin());
      SendError(call->connection(),
                grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED,
                             "the batch was not settled within connect-timeout-ms; send it again"));
      call->GiveUp();
    }
    if (!deadlines_.empty()) AnswerExpired();
  });
}

void ConnectServer::SendError(ServedConnection* connection, const grpc::Status& status) {
  Send(connection, HttpStatusOf(status), kJson, "", ConnectErrorJson(status));
}

void ConnectServer::Send(ServedConnection* connection, int http_status,
                         absl::string_view content_type, absl::string_view more_headers,
                         absl::string_view body) {
  const IncomingRequest& request = connection->request();
  connection->Append(absl::StrCat("HTTP/1.1 ", http_status, " ", Reason(http_status), "\r\n"));
  if (http_status != 204) {
    connection->Append(absl::StrCat("Content-Type: ", content_type, "\r\nContent-Length: ",
                                    body.size(), "\r\nX-Content-Type-Options: nosniff\r\n"));
  }
  connection->Append(absl::StrCat(request.stays_open ? "" : "Connection: close\r\n",
                                  cors_.Headers(request), more_headers, "\r\n"));
  // What followed the head would be taken for the next answer.
  if (request.method != "HEAD") connection->Append(body);
  loop_->Answered(connection);
}

}  // namespace gmewatch
