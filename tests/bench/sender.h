// A source of batches over one stream or by unary calls, driven by a completion queue.
//
// Thread safety: none; a sender belongs to the thread of its queue.
#ifndef GMEWATCH_TESTS_BENCH_SENDER_H_
#define GMEWATCH_TESTS_BENCH_SENDER_H_

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/bench/load.h"
#include "tests/bench/queue_event.h"

namespace gmewatch {

// One thread of the load: what its senders share.
struct LoadThread {
  const LoadOptions* options = nullptr;
  grpc::CompletionQueue queue;
  int64_t end_ns = 0;  // no batch is sent after this time
  int senders = 0;     // senders that have not ended
  absl::Status status;
  uint64_t acknowledged = 0;
  uint64_t rejections = 0;
  LatencyHistogram latency;
};

class Sender {
 public:
  // `number` is unique among the senders of a load. It sends `batches`; 0: no limit.
  Sender(LoadThread* thread, const std::shared_ptr<grpc::Channel>& channel, size_t number,
         uint64_t batches);
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  virtual ~Sender() = default;
  virtual void Begin() = 0;

 protected:
  // Whether to send another batch after `sent` batches.
  bool MaySend(uint64_t sent) const;
  // A new session, in the next place.
  std::string NextSession();
  void End(const grpc::Status& status);

  const LoadOptions& options() const { return *thread_->options; }
  LoadThread* const thread_;
  grpc::GenericStub stub_;
  const grpc::Slice entries_;

 private:
  const uint64_t batches_;
  const std::string run_id_;  // the common part of its sessions' identifiers
  uint64_t next_session_;
};

std::unique_ptr<Sender> MakeStreamSender(LoadThread* thread,
                                         const std::shared_ptr<grpc::Channel>& channel,
                                         size_t number, uint64_t batches);
std::unique_ptr<Sender> MakeUnarySender(LoadThread* thread,
                                        const std::shared_ptr<grpc::Channel>& channel,
                                        size_t number, uint64_t batches);

// Makes channels that have a connection each.
std::vector<std::shared_ptr<grpc::Channel>> Connect(const std::string& address, int connections);

// The newest number that an answer acknowledges; 0 if it rejects a batch or cannot be parsed.
uint64_t AcknowledgedBy(grpc::ByteBuffer* answer);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_BENCH_SENDER_H_
