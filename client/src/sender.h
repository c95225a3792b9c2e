// Carries one batch at a time to gmewatchd over gRPC's unary Report: clients report now and then,
// so a stream would cost the server an open call for nothing.
//
// Thread safety: Send and HangUp from one thread; Cancel and connects from any. Connects when there
// is something to send; a call that got no answer ends the connection, because it may be dead in a
// way that only a new one mends. No call waits longer than its timeout, whatever the network does.
#ifndef GMEWATCH_CLIENT_SRC_SENDER_H_
#define GMEWATCH_CLIENT_SRC_SENDER_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/src/outcome.h"
#include "gmewatch/reporter.h"
#include "gmewatch/v1/error_reporting.grpc.pb.h"

namespace gmewatch::client {

class Sender {
 public:
  Sender(std::string address, std::string key, TlsOptions tls);
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  Outcome Send(const v1::ReportRequest& batch, absl::Duration timeout);

  // Ends the call in progress, and every later one, at once with CANCELLED.
  void Cancel();

  void HangUp();
  bool connected() const { return channel_ != nullptr; }

  // Times that a connection was asked for.
  uint64_t connects() const { return connects_.load(std::memory_order_relaxed); }

 private:
  void Connect();
  grpc::Status Call(grpc::ClientContext* context, const v1::ReportRequest& batch,
                    v1::ReportResponse* response);

  const std::string address_;
  const std::string key_;
  const TlsOptions tls_;
  std::shared_ptr<grpc::Channel> channel_;  // gRPC's way of handing out channels
  std::unique_ptr<v1::ErrorReporting::Stub> stub_;
  std::atomic<uint64_t> connects_ = 0;

  absl::Mutex mutex_;
  grpc::ClientContext* call_ ABSL_GUARDED_BY(mutex_) = nullptr;  // the one in progress
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_SENDER_H_
