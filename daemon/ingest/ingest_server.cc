#include "daemon/ingest/ingest_server.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/listener.h"
#include "daemon/base/processors.h"
#include "daemon/base/usable_memory.h"
#include "daemon/base/yaml_message.h"
#include "daemon/ingest/grpc_log.h"
#include "daemon/ingest/health_call.h"
#include "daemon/ingest/server_credentials.h"
#include "daemon/ingest/stream_call.h"
#include "daemon/ingest/unary_call.h"

namespace gmewatch {
namespace {

// Calls of each kind that wait for a client on each queue. With fewer, gRPC serves a burst of new
// calls one by one.
constexpr int kArmedUnary = 64;
constexpr int kArmedStreams = 8;
constexpr int kArmedHealth = 1;
constexpr size_t kArmed = kArmedUnary + kArmedStreams + kArmedHealth;

// Limits of one connection. A client needs one call at a time, a relay a few hundred.
constexpr int kStreamsPerConnectionMax = 1000;
constexpr int kMetadataBytesMax = 8192;
// TLS and HTTP/2's settings. A client that takes longer tries again.
constexpr int kHandshakeTimeoutMs = 5'000;
constexpr int kIdleConnectionMs = 300'000;
constexpr int kPingIntervalMinMs = 60'000;
// Time for a call of a connection that is too old to end by itself.
constexpr int kAgeGraceMs = 30'000;

// gRPC may use one part in so many of the machine's memory for what it reads and for its calls.
// Beyond that it ends calls of its own choice, so this is more than ordinary clients ever need.
constexpr uint64_t kMemoryPart = 4;
constexpr uint64_t kMemoryMin = uint64_t{64} << 20;

// How long a stop waits for messages of calls that have begun.
constexpr absl::Duration kUnsentTime = absl::Seconds(1);

// How often calls are looked at whose first message has not come.
constexpr absl::Duration kSweepInterval = absl::Seconds(1);

// Time for clients to read their last answers and confirm them: one round trip over a long distance
// or to a busy client. A client that does not read its connection is cut off.
constexpr absl::Duration kGoodbyeTime = absl::Seconds(1);

// A stop waits until no call has come for kQuietTime, kHoldTime at most.
constexpr absl::Duration kQuietTime = absl::Milliseconds(100);
constexpr absl::Duration kHoldTime = absl::Milliseconds(500);

void Configure(const internal::Ingest& settings, grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(
      static_cast<int>(settings.max_message_bytes() + kOversizeBytesMax));
  // gRPC inflates a message before it checks the size limit, so compressed messages are rejected.
  for (const grpc_compression_algorithm algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    builder->SetCompressionAlgorithmSupportStatus(algorithm, false);
  }
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnectionMax);
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleConnectionMs);
  const auto age_ms =
      static_cast<int>(absl::ToInt64Milliseconds(ToDuration(settings.max_connection_age())));
  if (age_ms > 0) {
    builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, age_ms);
    builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                                std::min(age_ms, kAgeGraceMs));
  }
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                              kPingIntervalMinMs);
  // Without the probe a stream has at most one window of 64 KiB unread, however fast its
  // connection.
  builder->AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder->AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  grpc::ResourceQuota memory("ingest");
  memory.Resize(std::max(kMemoryMin, UsableMemory() / kMemoryPart));
  builder->SetResourceQuota(memory);
}

// Linking gRPC's reflection library adds its plugin to every server. This removes it.
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

unsigned IngestServer::Threads() { return std::min(UsableProcessors(), kThreadsMax); }

std::string IngestServer::GrpcVersion() { return grpc::Version(); }

absl::StatusOr<std::unique_ptr<IngestServer>> IngestServer::Start(
    const std::string& address, const Settings& settings, Clock& clock, Lanes lanes,
    const KnownSessions* sessions, DeadFn on_dead, std::function<void()> on_alive) {
  absl::StatusOr<CredentialsPointer> credentials = ServerCredentialsOf(settings.ingest());
  if (!credentials.ok()) return credentials.status();
  absl::StatusOr<Listener> listener = Listener::Open(address);
  if (!listener.ok()) {
    return absl::Status(listener.status().code(),
                        absl::StrCat("ingest port: ", listener.status().message()));
  }

  TakeGrpcLog();
  std::unique_ptr<IngestServer> self(new IngestServer(settings, clock, std::move(lanes), sessions));
  grpc::ServerBuilder builder;
  Configure(settings.ingest(), &builder);
  if (settings.ingest().reflection()) {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  } else {
    builder.SetOption(std::make_unique<WithoutReflection>());
  }
  self->address_ = listener->address();
  self->probe_ = std::make_unique<IngestProbe>(listener->sockets(), settings.ingest().has_tls(),
                                               std::move(on_dead), std::move(on_alive));
  self->acceptor_ = std::make_unique<Acceptor>(*std::move(listener));
  self->connections_ = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, *credentials);
  builder.RegisterService(&self->service_);
  builder.RegisterService(&self->health_);
  const unsigned threads = Threads();
  for (unsigned i = 0; i < threads; ++i) self->queues_.push_back(builder.AddCompletionQueue());
  self->server_ = builder.BuildAndStart();
  if (self->server_ == nullptr) {
    for (auto& queue : self->queues_) queue->Shutdown();
    return absl::UnavailableError(
        absl::StrCat("cannot serve at ", address, ": gRPC does not start"));
  }
  for (auto& queue : self->queues_) {
    self->first_messages_.push_back(std::make_unique<FirstMessages>(clock));
    const IngestContext context = {&self->service_,
                                   &self->health_,
                                   queue.get(),
                                   &self->calls_,
                                   self->first_messages_.back().get(),
                                   &self->admission_,
                                   &self->lanes_,
                                   &self->serving_};
    for (int i = 0; i < kArmedUnary; ++i) UnaryCall::Arm(context);
    for (int i = 0; i < kArmedStreams; ++i) StreamCall::Arm(context);
    for (int i = 0; i < kArmedHealth; ++i) HealthCall::Arm(context);
    self->threads_.emplace_back(Serve, queue.get());
  }
  self->acceptor_->Start([connections = self->connections_.get()](int fd) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = fd;
    connections->HandleNewConnection(&connection);
  });
  self->probe_->Start();
  self->sweep_.Start(kSweepInterval);
  return self;
}

uint64_t IngestServer::calls_without_message() const {
  uint64_t calls = 0;
  for (const auto& first_messages : first_messages_) calls += first_messages->ended();
  return calls;
}

absl::Duration IngestServer::SweepFirstMessages() {
  for (const auto& first_messages : first_messages_) first_messages->Sweep();
  return kSweepInterval;
}

void IngestServer::CutUnsent() {
  for (const auto& first_messages : first_messages_) first_messages->CutAll();
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
  probe_->Stop();
  SetServing(false);
  calls_.DrainStreams();
}

void IngestServer::Shutdown(absl::Duration deadline) {
  // Every batch is settled and its answer is on the way; clients have until `deadline` to read it.
  // Idle connections are not waited for: their clients may not read them at all.
  // gRPC cancels a call that reaches it after the shutdown and before its client knows of it. So
  // clients that could make another call are left waiting for an answer, and get it with the news.
  calls_.HoldAnswers();
  const absl::Duration unsent = std::min(deadline, kUnsentTime);
  calls_.AwaitAtMost(queues_.size() * kArmed, unsent);
  CutUnsent();
  calls_.AwaitAtMost(queues_.size() * kArmed, deadline - unsent);
  calls_.AwaitQuiet(kQuietTime, kHoldTime);
  acceptor_->Stop();
  // Returns when every connection has been sent GOAWAY, unlike Shutdown, which waits for the end.
  grpc_completion_queue* ended = grpc_completion_queue_create_for_next(nullptr);
  grpc_server_shutdown_and_notify(server_->c_server(), ended, this);
  calls_.ReleaseAnswers();
  const auto now = std::chrono::system_clock::now();  // allow(clock): gRPC wants a point in time
  server_->Shutdown(now + absl::ToChronoMilliseconds(std::min(deadline, kGoodbyeTime)));
  grpc_completion_queue_shutdown(ended);
  const gpr_timespec never = gpr_inf_future(GPR_CLOCK_REALTIME);
  while (grpc_completion_queue_next(ended, never, nullptr).type != GRPC_QUEUE_SHUTDOWN) {
  }
  grpc_completion_queue_destroy(ended);
  // No operation may start on a queue that is shut down, and only calls start operations.
  calls_.AwaitEmpty();
  sweep_.Stop();
  for (auto& queue : queues_) queue->Shutdown();
  for (std::thread& thread : threads_) thread.join();
}

}  // namespace gmewatch
