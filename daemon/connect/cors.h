// Which web pages may report: the headers of cross-origin requests, for the origins of
// connect.cors_origins. Credentials of a browser (cookies) are never allowed; a page sends its key
// itself.
//
// Thread safety: every method may be called from any thread.
#ifndef GMEWATCH_DAEMON_CONNECT_CORS_H_
#define GMEWATCH_DAEMON_CONNECT_CORS_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "daemon/config/settings.h"
#include "daemon/http/http_exchange.h"

namespace gmewatch {

class Cors {
 public:
  explicit Cors(const Settings& settings) { Update(settings); }

  void Update(const Settings& settings);

  // Whole lines for any answer to the request, and for that to a preflight besides.
  std::string Headers(const IncomingRequest& request) const;
  std::string PreflightHeaders(const IncomingRequest& request) const;

 private:
  bool Allows(const IncomingRequest& request) const;

  mutable absl::Mutex mutex_;
  absl::flat_hash_set<std::string> origins_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CONNECT_CORS_H_
