// One source of batches: what a stream and a unary sender share, and how a thread's completion
// queue tells them of events.
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

namespace gmewatch {

// What the senders of one thread share.
struct LoadThread {
  const LoadOptions* options = nullptr;
  grpc::CompletionQueue queue;
  int64_t end_ns = 0;  // no more is sent from then on
  int senders = 0;     // that have not ended
  absl::Status status;
  uint64_t acknowledged = 0;
  LatencyHistogram latency;
};

class LoadEvent {
 public:
  LoadEvent() = default;
  LoadEvent(const LoadEvent&) = delete;
  LoadEvent& operator=(const LoadEvent&) = delete;
  virtual ~LoadEvent() = default;
  virtual void Done(bool ok) = 0;
};

template <typename Owner>
class OwnersEvent final : public LoadEvent {
 public:
  using Method = void (Owner::*)(bool);
  OwnersEvent(Owner* owner, Method method) : owner_(owner), method_(method) {}
  void Done(bool ok) override { (owner_->*method_)(ok); }

 private:
  Owner* const owner_;
  const Method method_;
};

class Sender {
 public:
  // `number` tells senders apart; `batches`: how many it may send, 0: any.
  Sender(LoadThread* thread, const std::shared_ptr<grpc::Channel>& channel, size_t number,
         uint64_t batches);
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  virtual ~Sender() = default;
  virtual void Begin() = 0;

 protected:
  // Whether another batch is to be sent, `sent` being out.
  bool MaySend(uint64_t sent) const;
  // The session of the place whose turn it is.
  std::string NextSession();
  void End(const grpc::Status& status);

  const LoadOptions& options() const { return *thread_->options; }
  LoadThread* const thread_;
  grpc::GenericStub stub_;
  const grpc::Slice entries_;

 private:
  const uint64_t batches_;
  const std::string run_id_;  // what its sessions' identifiers have in common
  uint64_t next_session_;
};

std::unique_ptr<Sender> MakeStreamSender(LoadThread* thread,
                                         const std::shared_ptr<grpc::Channel>& channel,
                                         size_t number, uint64_t batches);
std::unique_ptr<Sender> MakeUnarySender(LoadThread* thread,
                                        const std::shared_ptr<grpc::Channel>& channel,
                                        size_t number, uint64_t batches);

// Channels with a connection each.
std::vector<std::shared_ptr<grpc::Channel>> Connect(const std::string& address, int connections);

// The newest number that an answer acknowledges; 0 where it refuses something or is no answer.
uint64_t AcknowledgedBy(grpc::ByteBuffer* answer);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_BENCH_SENDER_H_
