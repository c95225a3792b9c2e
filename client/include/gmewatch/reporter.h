// Counts GME error codes in a game and sends the counts to gmewatchd in the background.
//
//   gmewatch::ReporterOptions options;
//   options.address = "gmewatch.example.com:443";
//   options.app = "demo";
//   options.region = "eu";
//   options.tls.enabled = true;
//   gmewatch::Reporter reporter(std::move(options));
//   ...
//   reporter.Report(result);  // in any GME callback; AV_OK (0) counts as Success()
//   ...
//   reporter.Stop(std::chrono::seconds(2));
//
// What a game is promised: Report and Success never block, allocate, lock or throw, and may be
// called from any thread, also before the network is there and after Stop. Memory is bounded. A
// count is kept until the server has acknowledged it; what had to be given up is counted too, and
// told to the server (gme_client_lost_events_total). No header of gRPC, Protobuf or abseil is
// needed to include this one.
//
// Thread safety: every method but the destructor may be called from any thread at any time. Several
// Reporters in one process do not know of each other.
//
// fork: a Reporter works in the process that made it. In a child Report, Success and Detail are
// harmless and lead nowhere, Flush and Stop return false at once, Stats is all zero and the
// destructor leaves everything alone. Nothing that the parent counted is sent twice. A process that
// wants Reporters in its children forks before it makes its own first one: gRPC, once started, does
// not survive a fork.
#ifndef GMEWATCH_REPORTER_H_
#define GMEWATCH_REPORTER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace gmewatch {

// TLS towards the server. Each string is PEM text, not a file name.
struct TlsOptions {
  bool enabled = false;
  // Authorities that are trusted; empty: those of the system.
  std::string root_certificates;
  // The client's own certificate and key, for a server that asks for them; both or neither.
  std::string certificate_chain;
  std::string private_key;
  // The name that the server's certificate must have; empty: the host of the address.
  std::string server_name;
};

struct ReporterOptions {
  // HOST:PORT of gmewatchd or of the proxy before it.
  std::string address;

  // 1 to 64 characters of A-Z a-z 0-9 . _ - each; what counts are told apart by. "all" and "other"
  // are the server's own.
  std::string app;
  std::string region;

  // Up to 64 bytes of printable UTF-8 each, or empty; what a code is broken down by on the triage
  // page.
  std::string app_version;
  std::string sdk_version;
  std::string platform;

  // The app's key, where the server asks for one ("authorization: Bearer KEY"); up to 1024 visible
  // ASCII characters. Without TLS anyone on the way can read it.
  std::string key;
  TlsOptions tls;

  // How often counts are sent, from 10 ms to 1 h. The first batch of a run goes after
  // first_flush_interval (the same range), the second after a random part of flush_interval, so
  // that games that start together do not report in step. Nothing is sent where there is nothing to
  // say. The server may ask for longer intervals.
  std::chrono::milliseconds flush_interval = std::chrono::seconds(5);
  std::chrono::milliseconds first_flush_interval = std::chrono::seconds(1);

  // How long a batch may take to be acknowledged before it is sent again, from 10 ms to 5 min.
  // Connecting is part of it.
  std::chrono::milliseconds acknowledge_timeout = std::chrono::seconds(15);

  // Pause after a failed attempt, from 10 ms to 1 h: a random time between 0 and a bound that
  // doubles from the first to the second value (full jitter), and never less than the server asks
  // for. Where only people can help (a wrong key, a server without this service) near the second
  // value at once.
  std::chrono::milliseconds initial_backoff = std::chrono::seconds(1);
  std::chrono::milliseconds max_backoff = std::chrono::minutes(5);

  // The connection is closed after this long with nothing to say, from 10 ms to 24 h.
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(30);

  // A batch that is not acknowledged within this after it was first sent is given up as EXPIRED,
  // because the server may have forgotten the session and would count it twice; from 1 min to 30
  // days. At most the server's session_horizon (24 h unless its operator chose otherwise). Counts
  // that gathered meanwhile and were never sent are not concerned.
  std::chrono::milliseconds session_horizon = std::chrono::hours(24);

  // For a program whose user waits for the result, such as a command. A failure that only people
  // can fix (a wrong key, a server without this service) rejects the batch instead of being
  // retried, and Flush returns false as soon as no attempt is possible before its deadline.
  bool fail_fast = false;
};

// Since the Reporter was made. acknowledged + refused + lost + pending = reported.
struct ReporterStats {
  uint64_t reported_events = 0;      // by Report and Success
  uint64_t acknowledged_events = 0;  // settled by the server as counted
  uint64_t refused_events = 0;       // in batches that the server refused for good
  uint64_t lost_events = 0;          // given up: too many distinct codes, or expired
  uint64_t pending_events = 0;       // not settled yet
  uint64_t batches_sent = 0;         // attempts, retries too
  uint64_t batches_failed = 0;       // attempts that must be repeated
  uint64_t connects = 0;             // times a connection was asked for
  // Why the last attempt failed or was refused, for a developer's log; empty after a success.
  std::string last_error;
  int last_error_code = 0;  // its gRPC status code, such as 7 for PERMISSION_DENIED; 0: no error
};

class Reporter {
 public:
  // Checks the options and starts one thread, which does not connect before there is something to
  // send. Options that are out of range, or a system that gives no thread, make a Reporter that
  // counts nothing and says why in error().
  explicit Reporter(ReporterOptions options);
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;
  // Stop(0): gives up what is pending.
  ~Reporter();

  // Counts one event of `code`. Code 0 is Success(). Up to 512 distinct codes in a run; events of
  // later ones are counted as lost (TOO_MANY_CODES).
  void Report(int32_t code) noexcept { Report(code, 1); }
  // The same `count` times.
  void Report(int32_t code, uint32_t count) noexcept;

  // Counts an operation that succeeded: what an error ratio is divided by.
  void Success() noexcept { Report(0, 1); }

  // Adds a detail for the people who triage, of an event that Report counts: the SDK call that
  // failed (up to 64 bytes, more are cut; may be null) and the code that the SDK's log gave. At
  // most 16 are kept for a batch, later ones are left out. Takes a short lock.
  void Detail(int32_t code, const char* operation, int64_t underlying_code) noexcept;

  // Sends what is pending now and waits until the server has settled it; false at the deadline.
  // Does not wait for the interval and shortens a long back-off, but keeps to what the server asked
  // for.
  bool Flush(std::chrono::milliseconds deadline);

  // Flush, then ends the thread and the connection; never takes notably longer than the deadline.
  // False where something was left. Report after it counts, and sends nothing. Call it before main
  // returns: a destructor that runs with the statics is too late for gRPC.
  bool Stop(std::chrono::milliseconds deadline);

  ReporterStats Stats() const;

  // What is wrong with the options: which field, what it was, what is allowed; empty where nothing
  // is.
  const std::string& error() const;

 private:
  class Impl;
  // Shared with the thread, which may outlive a Stop at its deadline by a moment.
  std::shared_ptr<Impl> impl_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_REPORTER_H_
