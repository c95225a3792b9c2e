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
#include "daemon/config/settings.h"

namespace gmewatch {

class Access {
 public:
  explicit Access(const Settings& settings);

  // Replaces apps and keys for all later checks; a stream that was admitted stays admitted.
  void Update(const Settings& settings);

  // `authorization` is the value of the metadata of that name, or empty.
  grpc::Status Check(const std::string& app, const std::string& region,
                     absl::string_view authorization) const;

 private:
  struct App {
    absl::flat_hash_set<std::string> regions;
    std::vector<std::string> keys;
  };

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, App> apps_ ABSL_GUARDED_BY(mutex_);  // empty: open mode
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_ACCESS_H_
