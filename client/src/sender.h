// Sends one batch at a time to gmewatchd by the unary call Report. A client reports every few
// seconds, so a stream would cost the server an open call and gain nothing.
//
// Thread safety: Send, HangUp and connected from one thread; the others from any. Send
// connects if there is no connection. After a call without an answer it closes the connection,
// which may be dead without either side noticing; but what still connects goes on to do so, because
// the addresses of a name are tried one after the other. No call waits longer than its timeout,
// whatever the network does.
#ifndef GMEWATCH_CLIENT_SRC_SENDER_H_
#define GMEWATCH_CLIENT_SRC_SENDER_H_

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/src/grpc_hold.h"
#include "client/src/outbox.h"
#include "client/src/outcome.h"
#include "gmewatch/reporter.h"

namespace gmewatch::client {

class Sender {
 public:
  Sender(std::string address, std::string key, TlsOptions tls);
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  Outcome Send(const OutgoingBatch& batch, absl::Duration timeout);

  // For the calls that begin later. From any thread.
  void SetKey(std::string key);

  // Ends the call in progress, and every later one, at once with CANCELLED.
  void Cancel();

  void HangUp() { channel_.reset(); }
  bool connected() const { return channel_ != nullptr; }

  // Connections begun.
  uint64_t connects() const { return connects_.load(std::memory_order_relaxed); }

 private:
  void Connect(absl::Duration address_timeout);
  // Waits until there is a connection or it has failed. DEADLINE_EXCEEDED, CANCELLED.
  absl::Status AwaitConnection(absl::Duration begin, absl::Duration timeout);
  // Calls Report. The status is of the call, its text gRPC's.
  grpc::Status Call(grpc::ClientContext* context, const std::string& request,
                    std::string* response);
  // The outcome of a call without an answer of the server: what was waited for and what to try.
  Outcome Failed(const grpc::Status& status, bool was_connected, const std::string& peer,
                 absl::Duration timeout) const;
  bool IsCancelled();

  const std::string address_;
  const TlsOptions tls_;
  GrpcHold grpc_;
  std::shared_ptr<grpc::Channel> channel_;  // gRPC gives out channels as shared_ptr only
  // The last attempt to connect took so long that an address may have been given up too early.
  bool connects_slowly_ = false;
  std::atomic<uint64_t> connects_ = 0;

  absl::Mutex mutex_;
  std::string key_ ABSL_GUARDED_BY(mutex_);
  grpc::ClientContext* call_ ABSL_GUARDED_BY(mutex_) = nullptr;  // the one in progress
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_SENDER_H_
