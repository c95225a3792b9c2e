// Who may report for which app and region, by the settings. In open mode (no apps in the settings)
// anyone may report for any.
//
// Thread safety: every method may be called from any thread. Errors: UNAUTHENTICATED,
// PERMISSION_DENIED, with a message for a developer's log that repeats no key.
#ifndef GMEWATCH_DAEMON_INGEST_ACCESS_H_
#define GMEWATCH_DAEMON_INGEST_ACCESS_H_

#include <grpcpp/support/status.h>

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "daemon/aggregate/session_table.h"
#include "daemon/config/settings.h"

namespace gmewatch {

// What Access says of a sender.
struct Grant {
  grpc::Status status;
  bool known = false;   // it sent a key of the app, or needs none
  bool relays = false;  // the key is one of relay_keys
  bool keyed = false;   // the app has keys, so the authorization names one
};

class Access {
 public:
  explicit Access(const Settings& settings);

  // Replaces apps and keys for all later checks; a stream that was admitted stays admitted.
  void Update(const Settings& settings);

  // `authorization` is the value of the metadata of that name, or empty.
  Grant Check(const std::string& app, const std::string& region,
              absl::string_view authorization) const;
  // Whether this is a key of any app. In open mode nobody needs one: true.
  bool IsKnown(absl::string_view authorization) const;

  // The apps of the settings, for their shares of the sessions; empty in open mode.
  std::vector<AppTag> Apps() const;

 private:
  struct App {
    absl::flat_hash_set<std::string> regions;
    std::vector<std::string> keys;
    std::vector<std::string> relay_keys;
  };

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, App> apps_ ABSL_GUARDED_BY(mutex_);  // empty: open mode
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_ACCESS_H_
