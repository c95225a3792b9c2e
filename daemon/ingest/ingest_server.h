// The gRPC server: takes batches off the wire, checks them, gives them to the committer.
//
// Thread safety: Start, Drain and Shutdown are called by one thread, in this order; the rest by
// any. Everything given to it must outlive it. Errors: InvalidArgument and Unavailable name the
// address or the file that cannot be used.
#ifndef GMEWATCH_DAEMON_INGEST_INGEST_SERVER_H_
#define GMEWATCH_DAEMON_INGEST_INGEST_SERVER_H_

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/ingest/access.h"
#include "daemon/ingest/call.h"
#include "daemon/ingest/call_set.h"

namespace gmewatch {

class IngestServer {
 public:
  // Listens at `address` (HOST:PORT, port 0 takes a free one). The health service says NOT_SERVING
  // until SetServing.
  static absl::StatusOr<std::unique_ptr<IngestServer>> Start(const std::string& address,
                                                             const Settings& settings,
                                                             Committer* committer,
                                                             const Aggregate* aggregate);
  IngestServer(const IngestServer&) = delete;
  IngestServer& operator=(const IngestServer&) = delete;
  // REQUIRES: Shutdown was called.
  ~IngestServer();

  // HOST:PORT with the port that was taken.
  const std::string& address() const { return address_; }
  size_t streams() const { return calls_.streams(); }

  // Apps, keys and limits from now on.
  void Update(const Settings& settings) { access_.Update(settings); }

  void SetServing(bool serving) { serving_.store(serving); }

  // Takes no more batches over streams; those taken are still acknowledged. The committer is to be
  // stopped next.
  void Drain();
  // Ends every call, those still open at `deadline` without an answer. REQUIRES: the committer is
  // stopped.
  void Shutdown(absl::Duration deadline);

 private:
  explicit IngestServer(const Settings& settings) : access_(settings) {}

  Access access_;
  CallSet calls_;
  RawService service_;
  HealthService health_;
  std::atomic<bool> serving_{false};
  std::string address_;
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::thread> threads_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_INGEST_SERVER_H_
