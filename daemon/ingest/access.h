// Who may report for which app and region, by the settings. In open mode (no apps in the settings)
// anyone may report for any.
//
// An app takes what its settings list: keys, relay_keys, and tokens that one of its token_keys has
// signed (model/app_token.h). A token is taken until a minute after its expiry, since clocks
// differ, and if it expires within a day. If its settings have client_names, the sender must also
// have a certificate for one of them.
//
// Thread safety: every method may be called from any thread. Errors: UNAUTHENTICATED,
// PERMISSION_DENIED, with a message for a developer's log that repeats no key.
#ifndef GMEWATCH_DAEMON_INGEST_ACCESS_H_
#define GMEWATCH_DAEMON_INGEST_ACCESS_H_

#include <grpcpp/support/status.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "daemon/aggregate/session_table.h"
#include "daemon/base/clock.h"
#include "daemon/config/settings.h"

namespace gmewatch {

// What Access says of a sender.
struct Grant {
  grpc::Status status;
  bool known = false;   // it sent a key or a token of the app, or needs none
  bool relays = false;  // the key is one of relay_keys
  std::string key;      // what a quota of a key counts by: the key, or the id of a token's
  std::string subject;  // of a token: who sends, in all its sessions
  absl::Time until = absl::InfiniteFuture();  // when a token ends
  // The number of the settings that it was decided by.
  uint64_t settings = 0;
};

class Access {
 public:
  // `clock` must outlive it.
  Access(const Settings& settings, Clock& clock);

  // Replaces apps and keys for all later checks.
  void Update(const Settings& settings);

  // `authorization` is the value of the metadata of that name, or empty. `certificate_names`: see
  // Caller.
  Grant Check(const std::string& app, const std::string& region, absl::string_view authorization,
              absl::Span<const std::string> certificate_names = {}) const;
  // Whether clients may have certificates, so that a caller's names are worth reading.
  bool AsksForCertificates() const { return asks_for_certificates_.load(); }
  // Whether a grant must be checked again: its token has ended, or the settings have changed.
  bool IsOutdated(const Grant& grant) const {
    return grant.settings != settings_.load(std::memory_order_relaxed) ||
           (grant.until != absl::InfiniteFuture() && clock_.Now() > grant.until);
  }
  // Whether this is a key or a token of any app. In open mode nobody needs one: true.
  bool IsKnown(absl::string_view authorization) const;

  // Whether who sends this may report for any app at all: IsKnown, or one of them needs no key.
  bool MayReport(absl::string_view authorization) const;

  // The apps of the settings, for their shares of the sessions; empty in open mode.
  std::vector<AppTag> Apps() const;

 private:
  struct App {
    absl::flat_hash_set<std::string> regions;
    std::vector<std::string> keys;
    std::vector<std::string> relay_keys;
    absl::flat_hash_map<std::string, std::string> token_secrets;  // by id
    absl::flat_hash_set<std::string> client_names;                // empty: needs no certificate
  };

  // Fills in what the authorization proves for the app. Returns what is wrong with a token, if that
  // is why it proves nothing.
  std::string Judge(const std::string& name, const App& app, absl::string_view authorization,
                    Grant* grant) const;

  // Its players need no key. An app with relay_keys alone has a key for its servers and none for
  // its players.
  static bool NeedsNone(const App& app) { return app.keys.empty() && app.token_secrets.empty(); }
  static absl::string_view NeedOf(const App& app);

  Clock& clock_;
  std::atomic<uint64_t> settings_{0};
  std::atomic<bool> asks_for_certificates_{false};
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, App> apps_ ABSL_GUARDED_BY(mutex_);  // empty: open mode
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_ACCESS_H_
