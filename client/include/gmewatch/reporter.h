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
// Promises: Report and Success never block, allocate, lock or throw. They may be called from any
// thread, also while the network is down and after Stop. Memory is bounded. A count is kept until
// the server has acknowledged it; events that have to be given up are counted as lost and reported
// to the server (gme_client_lost_events_total). This header includes the standard library only, no
// header of gRPC, Protobuf or abseil.
//
// Thread safety: every method but the destructor may be called from any thread at any time. Several
// Reporters in one process are independent of each other.
//
// fork: a Reporter works in the process that made it. In a child process Report, Success and Detail
// have no effect, Flush and Stop return false at once, Stats is all zero and the destructor
// releases nothing. Nothing that the parent counted is sent twice. A process that needs Reporters
// in its children forks before it makes its own first one: gRPC does not survive a fork once it
// runs.
//
// Copies of a running process (a snapshot of a machine or container that is started twice) have one
// session between them, and the server takes one's batches for the other's. Make Reporters after
// the copy; the server warns of sessions with two senders.
#ifndef GMEWATCH_REPORTER_H_
#define GMEWATCH_REPORTER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace gmewatch {

// TLS to the server. The certificates and the key are PEM texts, not file names.
struct TlsOptions {
  bool enabled = false;
  // Trusted authorities; empty: those of the system.
  std::string root_certificates;
  // The client's certificate and key, for a server that requires them; both or neither.
  std::string certificate_chain;
  std::string private_key;
  // The name that the server's certificate must be for; empty: the host of the address.
  std::string server_name;
};

struct ReporterOptions {
  // HOST:PORT of gmewatchd or of the proxy in front of it.
  std::string address;

  // The labels of all counts: 1 to 64 characters of A-Z a-z 0-9 . _ - each. "all" and "other" are
  // reserved.
  std::string app;
  std::string region;

  // Up to 64 bytes of printable UTF-8 each, or empty. The triage page breaks a code down by them.
  // What does not fit is cut, what is not printable becomes '?', and error() says so.
  std::string app_version;
  std::string sdk_version;
  std::string platform;

  // The app's key, if the server requires one ("authorization: Bearer KEY"); up to 1024 visible
  // ASCII characters. Without TLS it crosses the network in the clear. Or a token of the app's
  // backend, which ends: Reporter::SetKey replaces it.
  std::string key;
  // The server has rejected the key as wrong, or as a token that has ended (UNAUTHENTICATED); its
  // batch is kept, unless fail_fast is set. Called on the Reporter's thread, once for each answer,
  // and never begun after Stop: it must not block or throw, may call SetKey, now or later, and must
  // not destroy the Reporter. May be empty.
  std::function<void()> on_key_rejected;
  TlsOptions tls;

  // How often counts are sent, from 10 ms to 1 h; without counts nothing is sent. The first batch
  // of a run goes after first_flush_interval (the same range), the second after a random part of
  // flush_interval, so that games that start together do not report in step. The server may ask for
  // longer intervals.
  std::chrono::milliseconds flush_interval = std::chrono::seconds(5);
  std::chrono::milliseconds first_flush_interval = std::chrono::seconds(1);

  // How long a batch may take to be acknowledged before it is sent again, from 10 ms to 5 min.
  // Connecting is part of it: each address of the host has a third of this time, at least 1 s,
  // before the next one is tried, and the search goes on over several attempts.
  std::chrono::milliseconds acknowledge_timeout = std::chrono::seconds(15);

  // Pause after a failed attempt, from 10 ms to 1 h: a random time between 0 and a bound that
  // doubles from the first to the second value (full jitter), and never less than the server asks
  // for. After a failure that needs an operator (a wrong key, a server without this service) the
  // pause is between half of the second value and all of it.
  std::chrono::milliseconds initial_backoff = std::chrono::seconds(1);
  std::chrono::milliseconds max_backoff = std::chrono::minutes(5);

  // The connection is closed after this long without a batch to send, from 10 ms to 24 h.
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(30);

  // A batch that is not acknowledged within this time after it was first sent is given up as
  // EXPIRED, because the server may have forgotten the session and would count it twice; from 1 min
  // to 30 days. At most the server's session_horizon (24 h unless its operator chose otherwise).
  // Counts that were never sent do not expire.
  std::chrono::milliseconds session_horizon = std::chrono::hours(24);

  // For a program whose user waits for the result, such as a command. A failure that only people
  // can fix (a wrong key, a server without this service) rejects the batch instead of being
  // retried, and Flush returns false as soon as no attempt is possible before its deadline.
  bool fail_fast = false;
};

// Counts since the Reporter was made. acknowledged + rejected + lost + pending = reported.
struct ReporterStats {
  uint64_t reported_events = 0;      // by Report and Success
  uint64_t acknowledged_events = 0;  // counted by the server
  uint64_t rejected_events = 0;      // in batches that the server rejected
  uint64_t lost_events = 0;          // given up: too many distinct codes, or expired
  uint64_t pending_events = 0;       // none of the above yet
  uint64_t batches_sent = 0;         // attempts, with retries
  uint64_t batches_failed = 0;       // attempts that must be repeated
  uint64_t connects = 0;             // connections begun
  // Why the last attempt failed or was rejected, for a developer's log; empty after a success.
  std::string last_error;
  int last_error_code = 0;  // its gRPC status code, such as 7 for PERMISSION_DENIED; 0: no error
};

class Reporter {
 public:
  // Checks the options and starts one thread, which connects when there is a batch to send. If an
  // option is out of range or no thread can be started, the Reporter counts nothing and says why in
  // error(). If the system has too few descriptors or threads for gRPC, attempts fail until it has.
  explicit Reporter(ReporterOptions options);
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;
  // Stop(0): drops pending events.
  ~Reporter();

  // Counts one event of `code`. Code 0 is Success(). A Reporter has room for 512 distinct codes;
  // events of further codes are counted as lost (TOO_MANY_CODES).
  void Report(int32_t code) noexcept { Report(code, 1); }
  // Counts `count` events of `code`.
  void Report(int32_t code, uint32_t count) noexcept;

  // Counts an operation that succeeded: the denominator of an error ratio.
  void Success() noexcept { Report(0, 1); }

  // Adds a detail, for triage, to an event that Report counts: the SDK call that failed (cut at 64
  // bytes; may be null) and the code in the SDK's log. A batch carries the first 16 details; later
  // ones are left out. Takes a short lock; allocates nothing.
  void Detail(int32_t code, const char* operation, int64_t underlying_code) noexcept;

  // Replaces the key from the next attempt on. If the last one failed because of the key, that is
  // made at once, but a further one only after the back-off, until a batch is acknowledged. Returns
  // false, and changes nothing, if it is not up to 1024 visible ASCII characters. Empty: none.
  bool SetKey(std::string key);

  // Sends all pending counts now and waits until they are settled: acknowledged, rejected or given
  // up. Returns false at the deadline. Does not wait for the interval and shortens a long back-off,
  // but waits as long as the server asked for.
  bool Flush(std::chrono::milliseconds deadline);

  // Flush, then ends the thread and the connection; takes at most 0.2 s longer than the deadline.
  // Returns false if something is left to send. Report still counts afterwards, but sends nothing.
  // Call it before main returns: gRPC may be gone when the statics are destroyed.
  bool Stop(std::chrono::milliseconds deadline);

  ReporterStats Stats() const;

  // What is wrong: an option's name, its value and what is allowed; empty if all is right. Unless
  // is_counting(), nothing is counted because of it; otherwise it says which texts were changed.
  const std::string& error() const;
  // False if an option is wrong or no thread could be started: error() says why.
  bool is_counting() const noexcept;

 private:
  class Impl;
  // Shared with the thread, which may outlive a Stop that reached its deadline.
  std::shared_ptr<Impl> impl_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_REPORTER_H_
