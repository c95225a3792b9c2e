#include "tests/support/scripted_server.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmewatch/internal/rpc_error.pb.h"
#include "google/protobuf/util/time_util.h"

namespace gmewatch {
namespace {

constexpr absl::Duration kHoldMax = absl::Seconds(30);
constexpr absl::Duration kCancelCheck = absl::Milliseconds(10);

google::protobuf::Duration ToProto(absl::Duration duration) {
  return google::protobuf::util::TimeUtil::NanosecondsToDuration(
      absl::ToInt64Nanoseconds(duration));
}

void AddDetail(internal::RpcStatus* status, const std::string& type,
               const google::protobuf::Message& detail) {
  google::protobuf::Any* any = status->add_details();
  any->set_type_url(absl::StrCat("type.googleapis.com/google.rpc.", type));
  any->set_value(detail.SerializeAsString());
}

grpc::Status ToGrpc(const ScriptedAnswer& answer) {
  if (answer.status.ok()) return grpc::Status::OK;
  const auto code = static_cast<grpc::StatusCode>(answer.status.code());
  const std::string message(answer.status.message());
  internal::RpcStatus details;
  details.set_code(code);
  details.set_message(message);
  if (answer.retry_delay.has_value()) {
    internal::RetryInfo retry;
    *retry.mutable_retry_delay() = ToProto(*answer.retry_delay);
    AddDetail(&details, "RetryInfo", retry);
  }
  if (!answer.violation.empty()) {
    internal::BadRequest bad;
    bad.add_field_violations()->set_field(answer.violation);
    AddDetail(&details, "BadRequest", bad);
  }
  return {code, message, details.SerializeAsString()};
}

}  // namespace

ScriptedAnswer Failure(absl::Status status, std::optional<absl::Duration> retry_delay) {
  ScriptedAnswer answer;
  answer.status = std::move(status);
  answer.count = false;
  answer.retry_delay = retry_delay;
  return answer;
}

ScriptedServer::ScriptedServer(std::shared_ptr<grpc::ServerCredentials> credentials)
    : credentials_(std::move(credentials)) {
  Start();
}

ScriptedServer::~ScriptedServer() { Shutdown(); }

std::string ScriptedServer::address() const { return absl::StrCat("127.0.0.1:", port_); }

void ScriptedServer::Start() {
  grpc::ServerBuilder builder;
  // So that no second server can share the port and take half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(address(), credentials_, &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ == 0) std::abort();
}

void ScriptedServer::Shutdown() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
}

void ScriptedServer::Next(ScriptedAnswer answer) {
  absl::MutexLock lock(&mutex_);
  script_.push_back(std::move(answer));
}

void ScriptedServer::Always(ScriptedAnswer answer) {
  absl::MutexLock lock(&mutex_);
  always_ = std::move(answer);
}

bool ScriptedServer::AwaitCalls(size_t calls) {
  absl::MutexLock lock(&mutex_);
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return received_.size() >= calls;
  };
  return mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20));
}

std::vector<ReceivedBatch> ScriptedServer::received() {
  absl::MutexLock lock(&mutex_);
  return received_;
}

std::map<int32_t, uint64_t> ScriptedServer::counts() {
  absl::MutexLock lock(&mutex_);
  return counts_;
}

uint64_t ScriptedServer::counted_events() {
  absl::MutexLock lock(&mutex_);
  uint64_t sum = 0;
  for (const auto& [code, count] : counts_) sum += count;
  return sum;
}

std::map<int, uint64_t> ScriptedServer::losses() {
  absl::MutexLock lock(&mutex_);
  return losses_;
}

void ScriptedServer::Count(const v1::ReportRequest& request) {
  uint64_t& last = last_sequence_[request.session().id()];
  if (request.sequence() <= last) return;
  last = request.sequence();
  for (int i = 0; i < request.codes_size(); ++i) counts_[request.codes(i)] += request.counts(i);
  for (const v1::ClientLoss& loss : request.losses()) losses_[loss.reason()] += loss.events();
}

grpc::Status ScriptedServer::Report(grpc::ServerContext* context, const v1::ReportRequest* request,
                                    v1::ReportResponse* response) {
  absl::MutexLock lock(&mutex_);
  ReceivedBatch batch;
  batch.request = *request;
  batch.peer = context->peer();
  batch.at = absl::Now();
  const auto authorization = context->client_metadata().find("authorization");
  if (authorization != context->client_metadata().end()) {
    batch.authorization.assign(authorization->second.data(), authorization->second.size());
  }
  received_.push_back(std::move(batch));
  ScriptedAnswer answer = always_;
  if (!script_.empty()) {
    answer = script_.front();
    script_.pop_front();
  }
  if (answer.count) Count(*request);
  if (answer.hold) {
    // The synchronous API has no event for a cancelled call, so this polls.
    const absl::Time end = absl::Now() + kHoldMax;
    const auto never = [] { return false; };
    while (!context->IsCancelled() && absl::Now() < end) {
      mutex_.AwaitWithTimeout(absl::Condition(&never), kCancelCheck);
    }
  }
  response->set_acknowledged_sequence(request->sequence() -
                                      std::min(request->sequence(), answer.acknowledge_less));
  if (answer.min_interval.has_value()) {
    *response->mutable_min_interval() = ToProto(*answer.min_interval);
  }
  return ToGrpc(answer);
}

}  // namespace gmewatch
