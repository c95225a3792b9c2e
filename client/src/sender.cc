#include "client/src/sender.h"

#include <grpc/support/time.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/src/monitor.h"

namespace gmewatch::client {
namespace {

constexpr char kMethod[] = "/gmewatch.v1.ErrorReporting/Report";

// An answer has a few bytes, or a few hundred with a reason.
constexpr int kResponseBytesMax = 65536;

// An address has this long at least, and no longer than gRPC would give it.
constexpr absl::Duration kAddressTimeoutMin = absl::Seconds(1);
constexpr absl::Duration kAddressTimeoutMax = absl::Seconds(20);

// While it connects, this often it looks whether it was cancelled: gRPC has no call for that.
constexpr absl::Duration kCancelCheck = absl::Milliseconds(50);

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

bool IsUnanswered(const absl::Status& status) {
  return absl::IsDeadlineExceeded(status) || absl::IsUnavailable(status) ||
         absl::IsCancelled(status);
}

Outcome OutcomeOf(absl::Status status) {
  Outcome outcome;
  outcome.status = std::move(status);
  return outcome;
}

std::string ReadBuffer(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace

Sender::Sender(std::string address, std::string key, TlsOptions tls)
    : address_(std::move(address)), tls_(std::move(tls)), key_(std::move(key)) {}

void Sender::SetKey(std::string key) {
  absl::MutexLock lock(&mutex_);
  key_ = std::move(key);
}

Outcome Sender::Send(const OutgoingBatch& batch, absl::Duration timeout) {
  if (IsCancelled()) return OutcomeOf(absl::CancelledError("the reporter was stopped"));
  if (absl::Status started = grpc_.Start(); !started.ok()) return OutcomeOf(std::move(started));
  const absl::Duration begin = Monotonic();
  if (channel_ == nullptr) {
    // A third of the time, so that an address that does not answer leaves time for others. If a
    // connection takes longer than that, every other attempt allows two thirds.
    Connect(std::clamp(timeout / 3 * (connects_slowly_ ? 2 : 1), kAddressTimeoutMin,
                       kAddressTimeoutMax));
  }
  absl::Status connection = AwaitConnection(begin, timeout);
  if (!connection.ok()) return OutcomeOf(std::move(connection));
  const bool was_connected = channel_->GetState(false) == GRPC_CHANNEL_READY;
  const absl::Duration connecting = Monotonic() - begin;
  connects_slowly_ = !was_connected && !connects_slowly_ && connecting >= kAddressTimeoutMin;
  grpc::ClientContext context;
  {
    absl::MutexLock lock(&mutex_);
    if (cancelled_) return OutcomeOf(absl::CancelledError("the reporter was stopped"));
    call_ = &context;
    if (!key_.empty()) context.AddMetadata("authorization", absl::StrCat("Bearer ", key_));
  }
  context.set_deadline(Deadline(timeout - connecting));
  std::string response;
  const grpc::Status status = Call(&context, batch.bytes, &response);
  {
    absl::MutexLock lock(&mutex_);
    call_ = nullptr;
  }
  if (status.ok()) return ReadAnswer(response, batch.sequence);
  Outcome outcome = Failed(status, was_connected, context.peer(), timeout);
  if (IsUnanswered(outcome.status) && !outcome.retry_delay.has_value() &&
      channel_->GetState(false) != GRPC_CHANNEL_CONNECTING) {
    HangUp();
  }
  return outcome;
}

absl::Status Sender::AwaitConnection(absl::Duration begin, absl::Duration timeout) {
  for (;;) {
    const grpc_connectivity_state state = channel_->GetState(/*try_to_connect=*/true);
    const absl::Duration left = begin + timeout - Monotonic();
    if (IsCancelled()) return absl::CancelledError("the reporter was stopped");
    // Also if the device slept meanwhile: the batch says how old it was before that.
    if (left <= absl::ZeroDuration()) break;
    if (state != GRPC_CHANNEL_IDLE && state != GRPC_CHANNEL_CONNECTING) return absl::OkStatus();
    channel_->WaitForStateChange(state, Deadline(std::min(left, kCancelCheck)));
  }
  return absl::DeadlineExceededError(absl::StrCat(
      "no connection to ", address_, " within ", absl::FormatDuration(timeout),
      ": its addresses are tried one after the other and none has answered yet; check host, port "
      "and firewalls, and that every address of the name, IPv6 too, leads to gmewatchd"));
}

grpc::Status Sender::Call(grpc::ClientContext* context, const std::string& request,
                          std::string* response) {
  const grpc::Slice slice(request);
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer received;
  grpc::Status status;
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel_);
  const auto call = stub.PrepareUnaryCall(context, kMethod, sent, &queue);
  call->StartCall();
  call->Finish(&received, &status, &queue);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  if (status.ok()) *response = ReadBuffer(received);
  return status;
}

Outcome Sender::Failed(const grpc::Status& status, bool was_connected, const std::string& peer,
                       absl::Duration timeout) const {
  Outcome outcome = ReadFailure(static_cast<absl::StatusCode>(status.error_code()),
                                status.error_message(), status.error_details());
  if (!IsUnanswered(outcome.status) || outcome.retry_delay.has_value()) return outcome;
  std::string text;
  if (!was_connected) {
    text = absl::StrCat("no connection to ", address_, ": ", status.error_message(),
                        "; check that gmewatchd or its proxy listens there",
                        tls_.enabled ? " with TLS, and tls.root_certificates and tls.server_name"
                                     : ", and whether it wants TLS (tls.enabled)");
  } else if (absl::IsDeadlineExceeded(outcome.status)) {
    text = absl::StrCat("connected to ", address_, " (", peer, "), but no answer within ",
                        absl::FormatDuration(timeout),
                        "; check /readyz of gmewatchd and the proxies before it",
                        tls_.enabled ? "" : ", and whether the port wants TLS (tls.enabled)");
  } else {
    text = absl::StrCat(status.error_message(), " (call to ", address_, " at ", peer,
                        " ended without an answer of gmewatchd)");
  }
  outcome.status = absl::Status(outcome.status.code(), text);
  return outcome;
}

void Sender::Connect(absl::Duration address_timeout) {
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
  // The least time for an address of the name before the next one is tried.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS,
                   static_cast<int>(absl::ToInt64Milliseconds(address_timeout)));
  arguments.SetMaxReceiveMessageSize(kResponseBytesMax);
  if (tls_.enabled && !tls_.server_name.empty()) {
    arguments.SetSslTargetNameOverride(tls_.server_name);
  }
  channel_ = grpc::CreateCustomChannel(address_, Credentials(tls_), arguments);
  connects_.fetch_add(1, std::memory_order_relaxed);
}

bool Sender::IsCancelled() {
  absl::MutexLock lock(&mutex_);
  return cancelled_;
}

void Sender::Cancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  if (call_ != nullptr) call_->TryCancel();
}

}  // namespace gmewatch::client
