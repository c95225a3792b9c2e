#include "tests/support/wire_client.h"

#include <grpcpp/generic/generic_stub.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "absl/time/time.h"
#include "gmewatch/internal/rpc_error.pb.h"

namespace gmewatch {
namespace {

constexpr std::chrono::seconds kDeadline(30);

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

template <typename Detail>
bool FindDetail(const grpc::Status& status, const char* type, Detail* detail) {
  internal::RpcStatus details;
  if (!details.ParseFromString(status.error_details())) return false;
  for (const auto& any : details.details()) {
    if (any.type_url() == std::string("type.googleapis.com/google.rpc.") + type) {
      return detail->ParseFromString(any.value());
    }
  }
  return false;
}

}  // namespace

std::string NewSessionId() {
  std::random_device device;
  std::string id(16, '\0');
  std::generate(id.begin(), id.end(), [&device] { return static_cast<char>(device()); });
  return id;
}

v1::Session MakeSession(const std::string& app, const std::string& region, const std::string& id) {
  v1::Session session;
  session.set_id(id);
  session.set_app(app);
  session.set_region(region);
  session.set_app_version("1.0");
  return session;
}

v1::ReportRequest MakeRequest(uint64_t sequence,
                              const std::vector<std::pair<int32_t, uint32_t>>& counts) {
  v1::ReportRequest request;
  request.set_sequence(sequence);
  for (const auto& [code, count] : counts) {
    request.add_codes(code);
    request.add_counts(count);
  }
  return request;
}

v1::ReportRequest MakeRequest(const v1::Session& session, uint64_t sequence,
                              const std::vector<std::pair<int32_t, uint32_t>>& counts) {
  v1::ReportRequest request = MakeRequest(sequence, counts);
  *request.mutable_session() = session;
  return request;
}

WireClient::WireClient(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  channel_ = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  stub_ = v1::ErrorReporting::NewStub(channel_);
}

grpc::Status WireClient::Report(const v1::ReportRequest& request, uint64_t* acknowledged,
                                const std::string& authorization) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  context.set_wait_for_ready(true);  // the daemon may be restarting
  if (!authorization.empty()) context.AddMetadata("authorization", authorization);
  v1::ReportResponse response;
  grpc::Status status = stub_->Report(&context, request, &response);
  if (status.ok() && acknowledged != nullptr) *acknowledged = response.acknowledged_sequence();
  return status;
}

grpc::Status CallRaw(WireClient* client, const std::string& method, const std::string& request,
                     std::string* response) {
  grpc::GenericStub stub(client->channel());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  grpc::CompletionQueue queue;
  const grpc::Slice slice(request);
  const auto call = stub.PrepareUnaryCall(&context, method, grpc::ByteBuffer(&slice, 1), &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  std::vector<grpc::Slice> slices;
  if (status.ok() && answer.Dump(&slices).ok()) {
    for (const grpc::Slice& s : slices) response->append(s.begin(), s.end());
  }
  return status;
}

WireStream::WireStream(WireClient* client, const std::string& authorization) {
  if (!authorization.empty()) context_.AddMetadata("authorization", authorization);
  context_.set_deadline(std::chrono::system_clock::now() + kDeadline);
  context_.set_wait_for_ready(true);
  stream_ = client->stub().ReportStream(&context_);
}

bool WireStream::Read() {
  v1::ReportResponse response;
  if (!stream_->Read(&response)) return false;
  ++responses_;
  acknowledged_ = std::max(acknowledged_, response.acknowledged_sequence());
  min_interval_ = MinIntervalOf(response);
  rejected_.insert(rejected_.end(), response.refused().begin(), response.refused().end());
  return true;
}

bool WireStream::AwaitAcknowledged(uint64_t sequence) {
  while (acknowledged_ < sequence) {
    if (!Read()) return false;
  }
  return true;
}

grpc::Status WireStream::Finish() {
  stream_->WritesDone();
  while (Read()) {
  }
  return stream_->Finish();
}

absl::Duration RetryDelayOf(const grpc::Status& status) {
  internal::RetryInfo info;
  if (!FindDetail(status, "RetryInfo", &info)) return absl::ZeroDuration();
  return ToDuration(info.retry_delay());
}

absl::Duration MinIntervalOf(const v1::ReportResponse& response) {
  return ToDuration(response.min_interval());
}

std::string BadFieldOf(const grpc::Status& status) {
  internal::BadRequest request;
  if (!FindDetail(status, "BadRequest", &request) || request.field_violations().empty()) return "";
  return request.field_violations(0).field();
}

}  // namespace gmewatch
