#include "client/src/sender.h"

#include <grpc/support/time.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace gmewatch::client {
namespace {

// An answer has a few bytes, or a few hundred with a reason.
constexpr int kResponseBytesMax = 65536;

std::shared_ptr<grpc::ChannelCredentials> Credentials(const TlsOptions& tls) {
  if (!tls.enabled) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = tls.root_certificates;
  options.pem_private_key = tls.private_key;
  options.pem_cert_chain = tls.certificate_chain;
  return grpc::SslCredentials(options);
}

// A deadline by the monotonic clock, so that setting the wall clock does not stretch a call.
gpr_timespec Deadline(absl::Duration timeout) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_millis(absl::ToInt64Milliseconds(timeout), GPR_TIMESPAN));
}

Outcome Failure(const grpc::Status& status) {
  Outcome outcome;
  const std::string details = ReadErrorDetails(status.error_details(), &outcome.retry_delay);
  std::string message = status.error_message();
  // gmewatchd repeats the violations in the message; they are added only if it did not.
  if (!details.empty() && message.find(details) == std::string::npos) {
    absl::StrAppend(&message, message.empty() ? "" : " (", details, message.empty() ? "" : ")");
  }
  outcome.status = absl::Status(static_cast<absl::StatusCode>(status.error_code()), message);
  return outcome;
}

Outcome Answer(const v1::ReportResponse& response, uint64_t sequence) {
  Outcome outcome;
  outcome.acknowledged_sequence = response.acknowledged_sequence();
  // An answer without min_interval asks for none.
  outcome.min_interval = ToDuration(response.min_interval());
  for (const v1::RefusedBatch& rejected : response.refused()) {
    if (rejected.sequence() == sequence) {
      outcome.status = absl::InvalidArgumentError(rejected.reason());
    }
  }
  return outcome;
}

}  // namespace

Sender::Sender(std::string address, std::string key, TlsOptions tls)
    : address_(std::move(address)), key_(std::move(key)), tls_(std::move(tls)) {}

Outcome Sender::Send(const v1::ReportRequest& batch, absl::Duration timeout) {
  grpc::ClientContext context;
  {
    absl::MutexLock lock(&mutex_);
    if (cancelled_) {
      Outcome cancelled;
      cancelled.status = absl::CancelledError("the reporter was stopped");
      return cancelled;
    }
    call_ = &context;
  }
  context.set_deadline(Deadline(timeout));
  if (!key_.empty()) context.AddMetadata("authorization", absl::StrCat("Bearer ", key_));
  v1::ReportResponse response;
  const grpc::Status status = Call(&context, batch, &response);
  {
    absl::MutexLock lock(&mutex_);
    call_ = nullptr;
  }
  if (status.ok()) return Answer(response, batch.sequence());
  Outcome outcome = Failure(status);
  const bool unanswered = absl::IsDeadlineExceeded(outcome.status) ||
                          absl::IsUnavailable(outcome.status) || absl::IsCancelled(outcome.status);
  if (unanswered && !outcome.retry_delay.has_value()) HangUp();
  return outcome;
}

grpc::Status Sender::Call(grpc::ClientContext* context, const v1::ReportRequest& batch,
                          v1::ReportResponse* response) {
  if (channel_ == nullptr) Connect();
  return stub_->Report(context, batch, response);
}

void Sender::Connect() {
  grpc::ChannelArguments arguments;
  // Neither a player's HTTP proxy nor a TXT record in DNS may redirect or change the calls.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  // A connection of our own, so that hanging up closes it even if the game uses gRPC for the same
  // server.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // The Outbox repeats attempts: it knows what the server asked for.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 60000);
  arguments.SetMaxReceiveMessageSize(kResponseBytesMax);
  if (tls_.enabled && !tls_.server_name.empty()) {
    arguments.SetSslTargetNameOverride(tls_.server_name);
  }
  channel_ = grpc::CreateCustomChannel(address_, Credentials(tls_), arguments);
  stub_ = v1::ErrorReporting::NewStub(channel_);
  connects_.fetch_add(1, std::memory_order_relaxed);
}

void Sender::Cancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  if (call_ != nullptr) call_->TryCancel();
}

void Sender::HangUp() {
  stub_.reset();
  channel_.reset();
}

}  // namespace gmewatch::client
