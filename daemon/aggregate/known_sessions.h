// What whoever takes batches asks about sessions: the aggregate answers from what it has counted, a
// front from what it has written.
//
// Thread safety: any thread may call it.
#ifndef GMEWATCH_DAEMON_AGGREGATE_KNOWN_SESSIONS_H_
#define GMEWATCH_DAEMON_AGGREGATE_KNOWN_SESSIONS_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "daemon/aggregate/session_table.h"
#include "daemon/model/batch.h"

namespace gmewatch {

struct KnownSession {
  bool known = false;          // it has an entry, so its batches need no room for one
  uint64_t last_sequence = 0;  // of the batches counted
};

class KnownSessions {
 public:
  KnownSessions() = default;
  KnownSessions(const KnownSessions&) = delete;
  KnownSessions& operator=(const KnownSessions&) = delete;
  virtual ~KnownSessions() = default;

  // What is known of a session.
  virtual KnownSession Find(const SessionId& id) const = 0;
  // Whether a new session of `app` has room among `limit`. Half of them belong to the `apps` apps
  // in equal shares, the other half to whoever comes first; so an app at its limit leaves room for
  // the others. Without apps, or with one, there are no shares.
  virtual bool HasRoom(AppTag app, size_t limit, absl::Span<const AppTag> apps) const = 0;
  virtual uint64_t session_count() const = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_KNOWN_SESSIONS_H_
