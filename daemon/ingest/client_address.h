// Which address a call counts for in quotas: that of its peer, or, if the peer is one of the
// proxies of ingest.fronts, the one that the proxy writes into the header x-forwarded-for.
//
// Thread safety: every method may be called from any thread.
#ifndef GMEWATCH_DAEMON_INGEST_CLIENT_ADDRESS_H_
#define GMEWATCH_DAEMON_INGEST_CLIENT_ADDRESS_H_

#include <atomic>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "daemon/config/settings.h"
#include "daemon/ingest/caller.h"
#include "daemon/model/net_address.h"

namespace gmewatch {

class ClientAddress {
 public:
  explicit ClientAddress(const Settings& settings) { Update(settings); }

  void Update(const Settings& settings);

  // Nothing if the address has no quota: loopback, a private address, one that cannot be read, a
  // front that names nobody.
  std::optional<NetAddress> Of(const Caller& caller) const;

 private:
  bool IsFront(const NetAddress& address) const;

  std::atomic<bool> has_fronts_{false};
  mutable absl::Mutex mutex_;
  std::vector<NetRange> fronts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_CLIENT_ADDRESS_H_
