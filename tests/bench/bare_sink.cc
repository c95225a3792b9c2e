// The yardstick: a server on gmewatchd's wire that does nothing beyond gRPC's work. It parses a
// batch, adds its counts and answers, in the fastest form that we know: completion queues, as many
// threads as gmewatchd, raw bytes parsed into a reused message, memory per thread. It checks
// nothing, stores nothing and knows no sessions.
//
//   bare_sink [--ingest_address=127.0.0.1:0] [--answer_interval_ms=5]
//
// Prints `ready ingest=HOST:PORT`, and on SIGTERM `counted batches=N events=N`.
#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/byte_buffer.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "daemon/aggregate/counters.h"
#include "gmewatch/v1/error_reporting.grpc.pb.h"
#include "tests/bench/queue_event.h"

ABSL_FLAG(std::string, ingest_address, "127.0.0.1:0", "HOST:PORT; port 0 takes a free one");
ABSL_FLAG(int, answer_interval_ms, 5,
          "a stream is answered at most once in this time, as by gmewatchd with its default "
          "commit_interval; 0: as soon as the previous answer is written");

namespace gmewatch {
namespace {

using RawService = v1::ErrorReporting::WithRawMethod_Report<
    v1::ErrorReporting::WithRawMethod_ReportStream<v1::ErrorReporting::Service>>;

constexpr int kAwaitedUnary = 64;
constexpr int kAwaitedStreams = 8;
constexpr size_t kCodes = 65536;

// The state of one thread and its sums; the main thread reads them at the end.
struct Server {
  RawService* service = nullptr;
  grpc::ServerCompletionQueue* queue = nullptr;
  std::chrono::milliseconds answer_interval{0};
  v1::ReportRequest request;
  std::string bytes;
  Tally batches;
  std::array<Tally, kCodes> events;

  // Adds the counts of a batch; returns its sequence number.
  uint64_t Take(grpc::ByteBuffer* buffer) {
    grpc::Slice slice;
    bool parsed = false;
    if (buffer->TrySingleSlice(&slice).ok()) {
      parsed = request.ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
    } else {
      std::vector<grpc::Slice> slices;
      bytes.clear();
      if (buffer->Dump(&slices).ok()) {
        for (const grpc::Slice& s : slices) bytes.append(s.begin(), s.end());
      }
      parsed = request.ParseFromString(bytes);
    }
    if (!parsed) return 0;
    for (int i = 0; i < request.codes_size() && i < request.counts_size(); ++i) {
      events[static_cast<uint32_t>(request.codes(i)) % kCodes].Add(request.counts(i));
    }
    batches.Add(1);
    return request.sequence();
  }
};

grpc::ByteBuffer Answer(uint64_t sequence) {
  v1::ReportResponse response;
  response.set_acknowledged_sequence(sequence);
  grpc::Slice slice(response.ByteSizeLong());
  response.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

// One Report; deletes itself.
class Unary {
 public:
  explicit Unary(Server* server)
      : server_(server),
        responder_(&call_),
        on_request_(this, &Unary::OnRequest),
        on_finish_(this, &Unary::OnFinish) {
    server_->service->RequestReport(&call_, &request_, &responder_, server_->queue, server_->queue,
                                    &on_request_);
  }

 private:
  void OnRequest(bool ok) {
    if (!ok) return;
    new Unary(server_);  // NOLINT(bugprone-unused-return-value): deletes itself in OnFinish
    responder_.Finish(Answer(server_->Take(&request_)), grpc::Status::OK, &on_finish_);
  }
  void OnFinish(bool /*ok*/) { delete this; }

  Server* const server_;
  grpc::ServerContext call_;
  grpc::ByteBuffer request_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> responder_;
  OwnersEvent<Unary> on_request_;
  OwnersEvent<Unary> on_finish_;
};

// One ReportStream; deletes itself. All of its events run on its queue's thread, so nothing needs a
// lock.
class Stream {
 public:
  explicit Stream(Server* server)
      : server_(server),
        stream_(&call_),
        on_request_(this, &Stream::OnRequest),
        on_read_(this, &Stream::OnRead),
        on_write_(this, &Stream::OnWrite),
        on_finish_(this, &Stream::OnFinish) {
    server_->service->RequestReportStream(&call_, &stream_, server_->queue, server_->queue,
                                          &on_request_);
  }

 private:
  void OnRequest(bool ok) {
    if (!ok) return;
    new Stream(server_);  // NOLINT(bugprone-unused-return-value): deletes itself in OnFinish
    stream_.Read(&message_, &on_read_);
  }

  void OnRead(bool ok) {
    if (ok) {
      sequence_ = server_->Take(&message_);
      stream_.Read(&message_, &on_read_);
    } else {
      read_closed_ = true;
      alarm_.Cancel();
    }
    Advance();
  }

  // The alarm has fired, or a write has ended.
  void OnWrite(bool /*ok*/) {
    busy_ = false;
    if (std::exchange(waited_, false)) {
      Write();
    } else {
      Advance();
    }
  }

  void Advance() {
    if (busy_) return;
    if (answered_ != sequence_) {
      if (read_closed_ || server_->answer_interval.count() == 0) {
        Write();
        return;
      }
      busy_ = waited_ = true;
      // allow(clock): gRPC wants a point in time
      alarm_.Set(server_->queue, std::chrono::system_clock::now() + server_->answer_interval,
                 &on_write_);
    } else if (read_closed_) {
      busy_ = true;
      stream_.Finish(grpc::Status::OK, &on_finish_);
    }
  }

  void Write() {
    busy_ = true;
    answered_ = sequence_;
    stream_.Write(Answer(sequence_), &on_write_);
  }

  void OnFinish(bool /*ok*/) { delete this; }

  Server* const server_;
  grpc::ServerContext call_;
  grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer> stream_;
  grpc::ByteBuffer message_;
  grpc::Alarm alarm_;
  OwnersEvent<Stream> on_request_;
  OwnersEvent<Stream> on_read_;
  OwnersEvent<Stream> on_write_;
  OwnersEvent<Stream> on_finish_;
  uint64_t sequence_ = 0;
  uint64_t answered_ = 0;
  bool busy_ = false;    // an alarm, a write or the finish is outstanding
  bool waited_ = false;  // the alarm is
  bool read_closed_ = false;
};

void Serve(Server* server) {
  for (int i = 0; i < kAwaitedUnary; ++i) new Unary(server);     // NOLINT: deletes itself
  for (int i = 0; i < kAwaitedStreams; ++i) new Stream(server);  // NOLINT: deletes itself
  void* tag = nullptr;
  bool ok = false;
  while (server->queue->Next(&tag, &ok)) static_cast<QueueEvent*>(tag)->Done(ok);
}

int Run() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as gmewatchd
  const std::string address = absl::GetFlag(FLAGS_ingest_address);
  RawService service;
  grpc::ServerBuilder builder;
  int port = 0;
  // As in gmewatchd; both are a little faster without these.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
  std::vector<std::unique_ptr<Server>> servers;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    queues.push_back(builder.AddCompletionQueue());
    servers.push_back(std::make_unique<Server>());
    servers.back()->service = &service;
    servers.back()->queue = queues.back().get();
    servers.back()->answer_interval =
        std::chrono::milliseconds(absl::GetFlag(FLAGS_answer_interval_ms));
  }
  const std::unique_ptr<grpc::Server> grpc_server = builder.BuildAndStart();
  if (grpc_server == nullptr || port == 0) {
    std::cerr << "bare_sink: cannot listen at " << address << "\n";
    return 1;
  }
  std::vector<std::thread> threads;
  threads.reserve(servers.size());
  for (auto& server : servers) threads.emplace_back(Serve, server.get());
  std::cout << absl::StrCat("ready ingest=", address.substr(0, address.rfind(':')), ":", port, "\n")
            << std::flush;
  int signal = 0;
  sigwait(&signals, &signal);
  uint64_t batches = 0;
  uint64_t events = 0;
  for (const auto& server : servers) {
    batches += server->batches.value();
    for (const Tally& code : server->events) events += code.value();
  }
  std::cout << absl::StrCat("counted batches=", batches, " events=", events, "\n") << std::flush;
  std::_Exit(0);  // open calls and their memory need no clean-up
}

}  // namespace
}  // namespace gmewatch

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return gmewatch::Run();
}
