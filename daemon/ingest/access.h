// Who may report for which app and region, by the settings; in open mode anyone for any.
//
// Thread safety: every method may be called from any thread. Errors: UNAUTHENTICATED,
// PERMISSION_DENIED, with the words for a developer's log; RESOURCE_EXHAUSTED where a new session
// has no room.
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

  // From now on; calls that are under way keep what they were granted.
  void Update(const Settings& settings);

  // `authorization` is the value of that metadata, or empty.
  grpc::Status Check(const std::string& app, const std::string& region,
                     absl::string_view authorization) const;

  uint32_t max_sessions() const;

 private:
  struct App {
    absl::flat_hash_set<std::string> regions;
    std::vector<std::string> keys;
  };

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, App> apps_ ABSL_GUARDED_BY(mutex_);  // empty: open mode
  uint32_t max_sessions_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_ACCESS_H_
