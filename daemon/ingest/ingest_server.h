// The gRPC server: takes batches off the wire, checks them and gives them to the committer. One
// thread and one completion queue for each processor that the process may use, up to kThreadsMax.
//
// Thread safety: one thread calls Start, Drain and Shutdown, in this order; any thread may call the
// other methods. Lifetime: what it is given must outlive it. Errors: InvalidArgument and
// Unavailable name the address or the file that cannot be used.
#ifndef GMEWATCH_DAEMON_INGEST_INGEST_SERVER_H_
#define GMEWATCH_DAEMON_INGEST_INGEST_SERVER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/base/periodic_task.h"
#include "daemon/ingest/acceptor.h"
#include "daemon/ingest/admission.h"
#include "daemon/ingest/call_set.h"
#include "daemon/ingest/first_messages.h"
#include "daemon/ingest/ingest_context.h"
#include "daemon/ingest/ingest_probe.h"
#include "daemon/ingest/lanes.h"
#include "daemon/ingest/report.h"

namespace gmewatch {

class IngestServer {
 public:
  // The server takes no new clients and will not recover.
  using DeadFn = std::function<void(const absl::Status&)>;

  // Listens at `address` (HOST:PORT; port 0 takes a free one). Health checks are answered with
  // NOT_SERVING until SetServing(true).
  static absl::StatusOr<std::unique_ptr<IngestServer>> Start(
      const std::string& address, const Settings& settings, Clock& clock, Lanes lanes,
      const KnownSessions* sessions, DeadFn on_dead, std::function<void()> on_alive);
  IngestServer(const IngestServer&) = delete;
  IngestServer& operator=(const IngestServer&) = delete;
  // REQUIRES: Shutdown was called.
  ~IngestServer();

  // How many threads serve: one for each processor, kThreadsMax at most.
  static unsigned Threads();
  static constexpr unsigned kThreadsMax = 32;

  // The version of gRPC that this process runs with.
  static std::string GrpcVersion();

  // HOST:PORT with the port that it listens at.
  const std::string& address() const { return address_; }
  // Ok, or why new clients are not taken.
  absl::Status CheckNewClients() const { return probe_->status(); }
  size_t streams() const { return calls_.streams(); }
  // For another transport, whose Reports are judged and counted together with this one's.
  ReportContext reports() { return {&admission_, &lanes_}; }
  // Whether most new sessions come from a few addresses.
  bool HasSharedAddresses() const { return admission_.HasSharedAddresses(); }
  // Calls that were ended because their first message did not come, ever.
  uint64_t calls_without_message() const;

  // Applies apps, keys, fronts, quotas and limits.max_sessions from now on.
  void Update(const Settings& settings) { admission_.Update(settings); }

  void SetServing(bool serving) { serving_.store(serving); }

  // Takes no more batches over streams; those taken are still acknowledged.
  void Drain();
  // Ends every call; a call that is still open after `deadline` gets no answer. REQUIRES: the
  // committer drains, and is stopped after this, so that it settles and counts what still comes.
  void Shutdown(absl::Duration deadline);

 private:
  IngestServer(const Settings& settings, Clock& clock, Lanes lanes, const KnownSessions* sessions)
      : lanes_(std::move(lanes)),
        admission_(settings, sessions, clock),
        sweep_([this] { return SweepFirstMessages(); }) {}

  absl::Duration SweepFirstMessages();
  void CutUnsent();

  const Lanes lanes_;
  Admission admission_;
  CallSet calls_;
  std::vector<std::unique_ptr<FirstMessages>> first_messages_;  // one for each queue
  ReportService service_;
  HealthService health_;
  std::atomic<bool> serving_{false};
  std::string address_;
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> connections_;
  std::unique_ptr<Acceptor> acceptor_;
  std::unique_ptr<IngestProbe> probe_;
  PeriodicTask sweep_;
  std::vector<std::thread> threads_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_INGEST_SERVER_H_
