// A client of one place that reports without a pause by both calls and over the Connect port,
// directly and through a proxy that cuts its gRPC connection, repeats what was not answered, breaks
// rules on purpose, and keeps a ledger of all of it. What it sends follows from its seed.
//
// Not a Reporter (reporter.h): that does not say which batch was acknowledged. Not
// SimulatedPlayers, which make a known rate for the spike detector.
//
// Thread safety: none; Run belongs to one thread, and the ledger is read after it.
#ifndef GMEWATCH_TESTS_INTEGRATION_LEDGER_CLIENT_H_
#define GMEWATCH_TESTS_INTEGRATION_LEDGER_CLIENT_H_

#include <atomic>
#include <deque>
#include <optional>
#include <random>
#include <string>

#include "absl/time/time.h"
#include "tests/integration/ledger.h"
#include "tests/support/connect_client.h"
#include "tests/support/wire_client.h"

namespace gmewatch {

// The settings that the clients need.
inline constexpr char kLedgerApps[] =
    "apps:\n- {name: demo, regions: [eu, us]}\n- {name: second, regions: [eu]}\n"
    "- {name: keyed, regions: [eu], keys: [a-key-of-keyed]}\n";

struct LedgerClientOptions {
  std::string address;
  std::string connect_address;
  std::string cutting_address;  // empty: no connection is cut
  std::string app = "demo";
  std::string region = "eu";
  uint32_t seed = 1;
  absl::Duration pause;  // after each burst of batches
};

// What clients are to do. A client finishes by sending all that is not settled yet.
enum class ClientPhase { kGoOn, kFinish, kGiveUp };

class LedgerClient {
 public:
  explicit LedgerClient(const LedgerClientOptions& options);

  void Run(const std::atomic<ClientPhase>& phase);
  const Ledger& ledger() const { return ledger_; }

 private:
  // A batch that is not settled yet, and what it must be rejected for; empty: for nothing.
  struct Open {
    v1::ReportRequest batch;
    std::string reason;
  };

  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_()) % bound; }
  void BeginSession();
  Open MakeBatch();
  // Tries once to send what is open, in order; takes what is settled off the front.
  void SendUnary();
  void SendStream();
  // Sends one batch that must be rejected for who sends it, until that is answered.
  void SendAsStranger(const std::atomic<ClientPhase>& phase);
  // One Report; true if it was answered for good.
  bool Report(const v1::Session& session, const Open& open, const std::string& authorization);
  WireClient& AnyConnection();
  // A Report by any of the transports.
  grpc::Status ReportByAny(const v1::ReportRequest& request, uint64_t* acknowledged,
                           const std::string& authorization);

  const LedgerClientOptions options_;
  std::mt19937 random_;
  WireClient direct_;
  ConnectClient connect_;
  std::optional<WireClient> cut_;
  v1::Session session_;
  uint64_t sequence_ = 0;
  std::deque<Open> open_;
  Ledger ledger_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_INTEGRATION_LEDGER_CLIENT_H_
