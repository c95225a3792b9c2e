#include "daemon/ingest/ingest_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/base/text_file.h"
#include "daemon/ingest/health_call.h"
#include "daemon/ingest/stream_call.h"
#include "daemon/ingest/unary_call.h"

namespace gmewatch {
namespace {

// Calls of each kind that wait for a client on each queue: with fewer gRPC serves a burst of new
// calls one by one.
constexpr int kAwaitedUnary = 64;
constexpr int kAwaitedStreams = 8;
constexpr int kAwaitedHealth = 1;
constexpr size_t kAwaited = kAwaitedUnary + kAwaitedStreams + kAwaitedHealth;

// What one connection may do. A client needs one call, a relay a few hundred.
constexpr int kStreamsPerConnectionMax = 1000;
constexpr int kMetadataBytesMax = 8192;
constexpr int kHandshakeTimeoutMs = 10'000;
constexpr int kIdleConnectionMs = 300'000;
constexpr int kPingIntervalMinMs = 60'000;

// So much beyond the largest message allowed is still read, to be refused by name and counted; at
// what is larger gRPC ends the call, with a status that does not say that another try is no use. No
// batch of the wire comes near it.
constexpr uint32_t kRefusedBytesMax = 256 << 10;

constexpr size_t kPemBytesMax = 1 << 20;

// For clients to read their last answers and say that they did: a round trip from far away, or of
// one that is busy. A client that does not look at its connection is cut off.
constexpr absl::Duration kGoodbyeTime = absl::Seconds(1);

absl::StatusOr<std::string> ReadPem(const std::string& path) {
  absl::StatusOr<std::string> text = ReadTextFile(path, kPemBytesMax);
  if (text.ok() && text->empty()) return absl::InvalidArgumentError(path + ": is empty");
  return text;
}

// gRPC's own kind of pointer.
using CredentialsPointer = decltype(grpc::InsecureServerCredentials());

absl::StatusOr<CredentialsPointer> Credentials(const internal::Ingest& settings) {
  if (!settings.has_tls()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options;
  absl::StatusOr<std::string> certificate = ReadPem(settings.tls().certificate_file());
  if (!certificate.ok()) return certificate.status();
  absl::StatusOr<std::string> key = ReadPem(settings.tls().key_file());
  if (!key.ok()) return key.status();
  options.pem_key_cert_pairs.push_back({*std::move(key), *std::move(certificate)});
  if (!settings.tls().client_ca_file().empty()) {
    absl::StatusOr<std::string> authorities = ReadPem(settings.tls().client_ca_file());
    if (!authorities.ok()) return authorities.status();
    options.pem_root_certs = *std::move(authorities);
    options.client_certificate_request = GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
  }
  return grpc::SslServerCredentials(options);
}

void Configure(const internal::Ingest& settings, grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(
      static_cast<int>(settings.max_message_bytes() + kRefusedBytesMax));
  // gRPC inflates before it looks at the size limit, so compressed messages are not taken.
  for (const grpc_compression_algorithm algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    builder->SetCompressionAlgorithmSupportStatus(algorithm, false);
  }
  // A second daemon at the same port must fail, not share it.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnectionMax);
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleConnectionMs);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                              kPingIntervalMinMs);
  // A stream may have one window of 64 KiB unread, however fast its connection is.
  builder->AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder->AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
}

// Linking gRPC's reflection library puts its plugin into every server: this takes it out again.
class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments* /*arguments*/) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->erase(std::remove_if(plugins->begin(), plugins->end(),
                                  [](const auto& plugin) {
                                    return plugin->name() == "proto_server_reflection";
                                  }),
                   plugins->end());
  }
};

void Serve(grpc::ServerCompletionQueue* queue) {
  Scratch scratch;
  void* tag = nullptr;
  bool ok = false;
  while (queue->Next(&tag, &ok)) static_cast<Event*>(tag)->Done(ok, &scratch);
}

}  // namespace

absl::StatusOr<std::unique_ptr<IngestServer>> IngestServer::Start(const std::string& address,
                                                                  const Settings& settings,
                                                                  Committer* committer,
                                                                  const Aggregate* aggregate) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--ingest_address is \"", address, "\"; HOST:PORT is allowed"));
  }
  auto credentials = Credentials(settings.ingest());
  if (!credentials.ok()) return credentials.status();

  std::unique_ptr<IngestServer> self(new IngestServer(settings));
  grpc::ServerBuilder builder;
  Configure(settings.ingest(), &builder);
  if (settings.ingest().reflection()) {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  } else {
    builder.SetOption(std::make_unique<WithoutReflection>());
  }
  int port = 0;
  builder.AddListeningPort(address, *credentials, &port);
  builder.RegisterService(&self->service_);
  builder.RegisterService(&self->health_);
  const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i) self->queues_.push_back(builder.AddCompletionQueue());
  self->server_ = builder.BuildAndStart();
  if (self->server_ == nullptr || port == 0) {
    for (auto& queue : self->queues_) queue->Shutdown();
    return absl::UnavailableError(absl::StrCat(
        "cannot listen at ", address, ": the address is in use, not of this machine, or the ",
        "certificate does not fit"));
  }
  self->address_ = absl::StrCat(address.substr(0, colon), ":", port);
  for (auto& queue : self->queues_) {
    const IngestContext context = {
        &self->service_, queue.get(),     committer,
        aggregate,       &self->access_,  &self->calls_,
        &self->health_,  &self->serving_, settings.ingest().max_message_bytes()};
    for (int i = 0; i < kAwaitedUnary; ++i) UnaryCall::Arm(context);
    for (int i = 0; i < kAwaitedStreams; ++i) StreamCall::Arm(context);
    for (int i = 0; i < kAwaitedHealth; ++i) HealthCall::Arm(context);
    self->threads_.emplace_back(Serve, queue.get());
  }
  return self;
}

IngestServer::~IngestServer() {
  for (auto& queue : queues_) {
    void* tag = nullptr;
    bool ok = false;
    while (queue->Next(&tag, &ok)) {
    }
  }
}

void IngestServer::Drain() {
  SetServing(false);
  calls_.DrainStreams();
}

void IngestServer::Shutdown(absl::Duration deadline) {
  // What is settled is being answered; what clients have not read by then is cut off. A connection
  // on which nothing is under way is nothing to wait for: its client may not even look at it.
  calls_.AwaitAtMost(queues_.size() * kAwaited, deadline);
  const auto now = std::chrono::system_clock::now();  // allow(clock): gRPC wants a point in time
  server_->Shutdown(now + absl::ToChronoMilliseconds(std::min(deadline, kGoodbyeTime)));
  // Nothing may be begun on a queue that is shut down, and only calls begin anything.
  calls_.AwaitEmpty();
  for (auto& queue : queues_) queue->Shutdown();
  for (std::thread& thread : threads_) thread.join();
}

}  // namespace gmewatch
