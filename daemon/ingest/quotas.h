// The quotas of config.proto: how many batches, events and new sessions a session, a key, an app
// and the address of a client may send. All of a sender's buckets must have enough for a batch; if
// one has not, none is touched.
//
// Memory: 4 MiB for sessions, 2 MiB for addresses, 0.1 MiB for apps and keys (token_buckets.h says
// what happens beyond). Thread safety: every method may be called from any thread.
#ifndef GMEWATCH_DAEMON_INGEST_QUOTAS_H_
#define GMEWATCH_DAEMON_INGEST_QUOTAS_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/config/settings.h"
#include "daemon/ingest/token_buckets.h"
#include "daemon/model/batch.h"
#include "daemon/model/net_address.h"

namespace gmewatch {

// Whose buckets a call takes from. It is made once for a stream.
struct Sender {
  uint64_t session = 0;  // or of the player, whose sessions have one quota together
  uint64_t app = 0;
  uint64_t key = 0;      // 0: sent without a key
  uint64_t address = 0;  // 0: no quota, as for loopback
  uint64_t network = 0;  // of an IPv6 address, its /48; else 0
  uint64_t person = 0;   // the player with a token, or the address: Batch::sender
  bool relays = false;   // for many players: no quota of a session or an address
  bool is_new = false;   // the session's first batch comes with this call
};

// A quota that has not enough.
struct OverQuota {
  absl::string_view whose;
  absl::string_view setting;  // how the names of the settings begin
  absl::Duration wait;        // until it has
};

class Quotas {
 public:
  // `clock` must outlive it.
  Quotas(const internal::Quotas& settings, Clock& clock);

  void Update(const internal::Quotas& settings);

  // The sender of a batch of the session. `key`: empty if it needs none. `subject`: who has proved
  // to be one player, in all its sessions; empty if nobody has. `address`: nothing if it has none
  // that counts.
  static Sender SenderOf(const SessionId& session, absl::string_view app, absl::string_view key,
                         absl::string_view subject, const std::optional<NetAddress>& address);

  // Takes the tokens of a batch, or says which quota is too low for them.
  std::optional<OverQuota> Take(const Sender& sender, const Tokens& tokens);
  // Gives back what was taken for a batch that was not counted.
  void Return(const Sender& sender, const Tokens& tokens);

 private:
  struct Rates {
    TokenRates session;
    TokenRates key;
    TokenRates app;
    TokenRates address;
    TokenRates network;
  };
  struct Level {
    absl::string_view whose;
    absl::string_view setting;
    TokenBuckets* buckets;
    uint64_t key;
    const TokenRates* rates;
  };
  static Rates RatesOf(const internal::Quotas& settings);
  std::array<Level, 5> LevelsOf(const Sender& sender) ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  Clock& clock_;
  absl::Mutex mutex_;
  Rates rates_ ABSL_GUARDED_BY(mutex_);
  TokenBuckets sessions_;
  TokenBuckets addresses_;
  TokenBuckets apps_;  // and keys
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_QUOTAS_H_
